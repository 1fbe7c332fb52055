using EasyQuant.GrpcInterop.Protocol;
using Grpc.Core;

namespace EasyQuant.GrpcInterop.Client;

/// <summary>Calls that the client gives up.</summary>
internal static class CancellationCases
{
    internal static async Task CancelAfterBeginAsync(InteropClient client)
    {
        using var cancel = new CancellationTokenSource();
        using AsyncClientStreamingCall<StreamingInputCallRequest, StreamingInputCallResponse> call =
            client.Test.StreamingInputCall(InteropClient.Soon(headers: null, cancel.Token));
        await cancel.CancelAsync();
        await Expect.FailsAsync(StatusCode.Cancelled, () => call.ResponseAsync, "A call that was cancelled at its begin");
    }

    internal static async Task CancelAfterFirstResponseAsync(InteropClient client)
    {
        using var cancel = new CancellationTokenSource();
        using AsyncDuplexStreamingCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call =
            client.Test.FullDuplexCall(InteropClient.Soon(headers: null, cancel.Token));
        await call.RequestStream.WriteAsync(StreamingCases.Ping(StreamingCases.RequestSizes[0], StreamingCases.ResponseSizes[0]));
        await StreamingCases.NextAsync(call.ResponseStream, StreamingCases.ResponseSizes[0]);
        await cancel.CancelAsync();
        await Expect.FailsAsync(
            StatusCode.Cancelled, () => call.ResponseStream.MoveNext(CancellationToken.None), "A call that was cancelled after a response");
    }

    internal static async Task TimeoutOnSleepingServerAsync(InteropClient client)
    {
        using AsyncDuplexStreamingCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call =
            client.Test.FullDuplexCall(new CallOptions(deadline: DateTime.UtcNow.AddMilliseconds(1)));
        await Expect.FailsAsync(StatusCode.DeadlineExceeded, () => SendAndWaitAsync(call), "A call with a deadline of 1 ms");
    }

    // The deadline may pass before the request is written; the write then fails with the same status or, once the call is gone, says so.
    private static async Task SendAndWaitAsync(AsyncDuplexStreamingCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call)
    {
        try
        {
            await call.RequestStream.WriteAsync(new StreamingOutputCallRequest { Payload = Wire.Zeros(StreamingCases.RequestSizes[0]) });
        }
        catch (InvalidOperationException)
        {
        }

        await call.ResponseStream.MoveNext(CancellationToken.None);
    }
}

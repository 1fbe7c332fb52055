using EasyQuant.GrpcInterop.Protocol;
using Grpc.Core;

namespace EasyQuant.GrpcInterop.Client;

/// <summary>The three kinds of streams.</summary>
internal static class StreamingCases
{
    /// <summary>Payloads of requests of a stream, in bytes.</summary>
    internal static readonly int[] RequestSizes = [27182, 8, 1828, 45904];

    /// <summary>Payloads of responses of a stream, in bytes.</summary>
    internal static readonly int[] ResponseSizes = [31415, 9, 2653, 58979];

    internal static async Task ClientStreamingAsync(InteropClient client)
    {
        using AsyncClientStreamingCall<StreamingInputCallRequest, StreamingInputCallResponse> call =
            client.Test.StreamingInputCall(InteropClient.Soon());
        foreach (int size in RequestSizes)
        {
            await call.RequestStream.WriteAsync(new StreamingInputCallRequest { Payload = Wire.Zeros(size) });
        }

        await call.RequestStream.CompleteAsync();
        Expect.Same(RequestSizes.Sum(), (await call).AggregatedPayloadSize, "The sum of the sizes");
    }

    internal static async Task ServerStreamingAsync(InteropClient client)
    {
        var request = new StreamingOutputCallRequest();
        request.ResponseParameters.AddRange(ResponseSizes.Select(size => new ResponseParameters { Size = size }));
        using AsyncServerStreamingCall<StreamingOutputCallResponse> call = client.Test.StreamingOutputCall(request, InteropClient.Soon());
        foreach (int size in ResponseSizes)
        {
            await NextAsync(call.ResponseStream, size);
        }

        await EndAsync(call.ResponseStream);
    }

    internal static async Task PingPongAsync(InteropClient client)
    {
        using AsyncDuplexStreamingCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call =
            client.Test.FullDuplexCall(InteropClient.Soon());
        foreach ((int request, int response) in RequestSizes.Zip(ResponseSizes))
        {
            await call.RequestStream.WriteAsync(Ping(request, response));
            await NextAsync(call.ResponseStream, response);
        }

        await call.RequestStream.CompleteAsync();
        await EndAsync(call.ResponseStream);
    }

    internal static async Task EmptyStreamAsync(InteropClient client)
    {
        using AsyncDuplexStreamingCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call =
            client.Test.FullDuplexCall(InteropClient.Soon());
        await call.RequestStream.CompleteAsync();
        await EndAsync(call.ResponseStream);
    }

    /// <summary>A request of a duplex stream that asks for one response.</summary>
    internal static StreamingOutputCallRequest Ping(int requestBytes, int responseBytes) => new()
    {
        Payload = Wire.Zeros(requestBytes),
        ResponseParameters = { new ResponseParameters { Size = responseBytes } },
    };

    /// <summary>The next response comes and has a size.</summary>
    internal static async Task NextAsync(IAsyncStreamReader<StreamingOutputCallResponse> responses, int bytes)
    {
        Expect.Same(true, await responses.MoveNext(CancellationToken.None), "That another response comes");
        Expect.Same(bytes, responses.Current.Payload.Body.Length, "The size of the response");
    }

    /// <summary>No further response comes.</summary>
    internal static async Task EndAsync(IAsyncStreamReader<StreamingOutputCallResponse> responses) =>
        Expect.Same(false, await responses.MoveNext(CancellationToken.None), "That another response comes");
}

using EasyQuant.GrpcInterop.Protocol;
using Grpc.Core;

namespace EasyQuant.GrpcInterop.Client;

/// <summary>Text and bytes travel beside the messages, both ways.</summary>
internal static class MetadataCases
{
    private const string Initial = "test_initial_metadata_value";
    private static readonly byte[] s_trailing = [0xab, 0xab, 0xab];

    internal static async Task CustomMetadataAsync(InteropClient client)
    {
        using (AsyncUnaryCall<SimpleResponse> call = client.Test.UnaryCallAsync(UnaryCases.LargeRequest(), WithMetadata()))
        {
            Metadata headers = await call.ResponseHeadersAsync;
            UnaryCases.Check(await call);
            Check("unary", headers, call.GetTrailers());
        }

        using (AsyncDuplexStreamingCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call =
            client.Test.FullDuplexCall(WithMetadata()))
        {
            await call.RequestStream.WriteAsync(StreamingCases.Ping(UnaryCases.RequestBytes, UnaryCases.ResponseBytes));
            Metadata headers = await call.ResponseHeadersAsync;
            await StreamingCases.NextAsync(call.ResponseStream, UnaryCases.ResponseBytes);
            await call.RequestStream.CompleteAsync();
            await StreamingCases.EndAsync(call.ResponseStream);
            Check("duplex", headers, call.GetTrailers());
        }
    }

    private static CallOptions WithMetadata() => InteropClient.Soon(
        new Metadata { { Wire.EchoInitial, Initial }, { Wire.EchoTrailing, s_trailing } }, CancellationToken.None);

    private static void Check(string kind, Metadata headers, Metadata trailers)
    {
        Expect.Same(Initial, headers.GetValue(Wire.EchoInitial), $"{Wire.EchoInitial} in the headers of the {kind} call");
        byte[]? trailing = trailers.GetValueBytes(Wire.EchoTrailing);
        Expect.Same(
            Convert.ToHexString(s_trailing), trailing is null ? "missing" : Convert.ToHexString(trailing),
            $"{Wire.EchoTrailing} in the trailers of the {kind} call");
    }
}

using EasyQuant.GrpcInterop.Protocol;
using Grpc.Core;

namespace EasyQuant.GrpcInterop.Client;

/// <summary>How calls fail.</summary>
internal static class StatusCases
{
    internal static async Task StatusCodeAndMessageAsync(InteropClient client)
    {
        var asked = new EchoStatus { Code = (int)StatusCode.Unknown, Message = "test status message" };
        await UnaryAsync(client, asked);

        using AsyncDuplexStreamingCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call =
            client.Test.FullDuplexCall(InteropClient.Soon());
        await call.RequestStream.WriteAsync(new StreamingOutputCallRequest { ResponseStatus = asked });
        await call.RequestStream.CompleteAsync();
        Status status = await Expect.FailsAsync(
            StatusCode.Unknown, () => call.ResponseStream.MoveNext(CancellationToken.None), "The duplex call");
        Expect.Same(asked.Message, status.Detail, "The message of the duplex call");
    }

    internal static Task SpecialStatusMessageAsync(InteropClient client) => UnaryAsync(client, new EchoStatus
    {
        Code = (int)StatusCode.Unknown,
        Message = "\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001f608\t\n",
    });

    internal static Task UnimplementedMethodAsync(InteropClient client) => Expect.FailsAsync(
        StatusCode.Unimplemented,
        () => client.Test.UnimplementedCallAsync(new Empty(), InteropClient.Soon()).ResponseAsync,
        "A method that is not implemented");

    internal static Task UnimplementedServiceAsync(InteropClient client) => Expect.FailsAsync(
        StatusCode.Unimplemented,
        () => client.Unimplemented.UnimplementedCallAsync(new Empty(), InteropClient.Soon()).ResponseAsync,
        "A service that is not there");

    private static async Task UnaryAsync(InteropClient client, EchoStatus asked)
    {
        Status status = await Expect.FailsAsync(
            (StatusCode)asked.Code,
            () => client.Test.UnaryCallAsync(new SimpleRequest { ResponseStatus = asked }, InteropClient.Soon()).ResponseAsync,
            "The unary call");
        Expect.Same(asked.Message, status.Detail, "The message of the unary call");
    }
}

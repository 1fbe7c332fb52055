using EasyQuant.GrpcInterop.Protocol;

namespace EasyQuant.GrpcInterop.Client;

/// <summary>One request, one response.</summary>
internal static class UnaryCases
{
    /// <summary>Payload of a large request, in bytes; more than a default HTTP/2 window, as all implementations send it.</summary>
    internal const int RequestBytes = 271828;

    /// <summary>Payload of a large response, in bytes.</summary>
    internal const int ResponseBytes = 314159;

    internal static async Task EmptyUnaryAsync(InteropClient client) =>
        Expect.Same(new Empty(), await client.Test.EmptyCallAsync(new Empty(), InteropClient.Soon()), "The response");

    internal static async Task LargeUnaryAsync(InteropClient client) =>
        Check(await client.Test.UnaryCallAsync(LargeRequest(), InteropClient.Soon()));

    internal static SimpleRequest LargeRequest() => new() { ResponseSize = ResponseBytes, Payload = Wire.Zeros(RequestBytes) };

    /// <summary>The response has what a large request asks for.</summary>
    internal static void Check(SimpleResponse response)
    {
        Expect.Same(ResponseBytes, response.Payload.Body.Length, "The size of the response");
        Expect.Same(-1, response.Payload.Body.Span.IndexOfAnyExcept((byte)0), "The first byte of the response that is not zero");
    }
}

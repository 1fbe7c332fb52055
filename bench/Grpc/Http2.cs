namespace EasyQuant.Bench.Grpc;

/// <summary>The HTTP/2 settings of both sides, those of the services.</summary>
internal static class Http2
{
    /// <summary>
    /// Bytes that may be under way on one stream. With the 64 KiB of the protocol's default a message of that size waits for a window
    /// update in its middle, and several at once have stalled.
    /// </summary>
    internal const int StreamWindowBytes = 1024 * 1024;

    /// <summary>Bytes that may be under way on one connection.</summary>
    internal const int ConnectionWindowBytes = 8 * StreamWindowBytes;

    internal static SocketsHttpHandler CreateHandler() => new()
    {
        EnableMultipleHttp2Connections = false,
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        InitialHttp2StreamWindowSize = StreamWindowBytes,
    };
}

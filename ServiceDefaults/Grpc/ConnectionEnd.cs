using Grpc.Core;

namespace EasyQuant.ServiceDefaults.Grpc;

/// <summary>Tells the end of a connection from a fault of the called service. Pure and thread-safe.</summary>
public static class ConnectionEnd
{
    private const long NoError = 0;
    private const long ProtocolError = 1;

    /// <summary>
    /// Says whether a call failed because its server is away or going, or its connection is dead: UNAVAILABLE, or an HTTP/2 end with NO_ERROR or PROTOCOL_ERROR. A server that stops sends GOAWAY or RST_STREAM with
    /// NO_ERROR (RFC 9113, section 7); when that overtakes the trailers, the client must report INTERNAL (gRPC over HTTP/2, "HTTP2 Transport Mapping, Errors"). PROTOCOL_ERROR is
    /// what .NET says of a connection that did not answer its keep-alive ping or lost a part of what was sent. A server that goes while a connection to it
    /// is being made is INTERNAL as well: the handshake of HTTP/2 is not completed, for which .NET does not always name a kind, or no answer begins. The call may have
    /// been executed: repeat it only when it is idempotent.
    /// </summary>
    /// <param name="exception">The failure.</param>
    /// <returns>True when connecting again may help.</returns>
    public static bool IsAway(RpcException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return exception.StatusCode == StatusCode.Unavailable || (exception.StatusCode == StatusCode.Internal && HasEnd(exception.Status.DebugException));
    }

    /// <summary>Says the same of a failed request.</summary>
    /// <param name="exception">The failure.</param>
    /// <returns>True when connecting again may help.</returns>
    public static bool IsAway(HttpRequestException exception) => HasEnd(exception);

    private static bool HasEnd(Exception? failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpProtocolException { ErrorCode: NoError or ProtocolError }
                or HttpRequestException
                {
                    HttpRequestError: HttpRequestError.Unknown or HttpRequestError.ConnectionError or HttpRequestError.InvalidResponse or HttpRequestError.ResponseEnded
                })
            {
                return true;
            }
        }

        return false;
    }
}

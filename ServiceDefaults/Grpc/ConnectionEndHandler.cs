using System.Net.Sockets;

namespace EasyQuant.ServiceDefaults.Grpc;

/// <summary>
/// Lets a client of gRPC see UNAVAILABLE, which it tries again, where a server goes before its answer begins. Without it the client says INTERNAL of a server that
/// greets a new connection with GOAWAY, as one that stops does (<see cref="ConnectionEnd"/>). Thread-safe.
/// </summary>
public sealed class ConnectionEndHandler : DelegatingHandler
{
    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException exception) when (exception.GetBaseException() is not SocketException && ConnectionEnd.IsAway(exception))
        {
            // The client takes the status from the causes; what a socket caused is UNAVAILABLE as it is.
            throw new HttpRequestException(exception.HttpRequestError, exception.Message, new SocketException((int)SocketError.ConnectionReset, exception.Message));
        }
    }
}

using EasyQuant.ServiceDefaults.Grpc;
using Grpc.Core;

namespace EasyQuant.Services.Tests.Workers;

/// <summary>What counts as a server that is away.</summary>
public sealed class ConnectionEndTests
{
    [Theory]
    [InlineData(StatusCode.Unavailable, null, true)]
    [InlineData(StatusCode.Internal, 0L, true)]
    [InlineData(StatusCode.Internal, 1L, true)]
    [InlineData(StatusCode.Internal, 2L, false)]
    [InlineData(StatusCode.Internal, null, false)]
    [InlineData(StatusCode.Unknown, 0L, false)]
    public void Failure_OfAStatusAndAnHttp2Code_IsAnEndOrAFault(StatusCode status, long? http2Code, bool expected)
    {
        Exception? cause = http2Code is { } code ? new IOException("broken", new HttpProtocolException(code, "reset", null)) : null;

        Assert.Equal(expected, ConnectionEnd.IsAway(new RpcException(new Status(status, "failed", cause))));
    }

    [Theory]
    [InlineData(HttpRequestError.Unknown, true)]
    [InlineData(HttpRequestError.ConnectionError, true)]
    [InlineData(HttpRequestError.InvalidResponse, true)]
    [InlineData(HttpRequestError.ResponseEnded, true)]
    [InlineData(HttpRequestError.SecureConnectionError, false)]
    [InlineData(HttpRequestError.ConfigurationLimitExceeded, false)]
    [InlineData(HttpRequestError.HttpProtocolError, false)]
    public void Internal_OfAConnectionInTheMaking_IsAnEndUnlessItIsRefused(HttpRequestError error, bool expected)
    {
        var cause = new HttpRequestException(error, "the server did not complete the handshake");

        Assert.Equal(expected, ConnectionEnd.IsAway(new RpcException(new Status(StatusCode.Internal, "failed", cause))));
    }
}

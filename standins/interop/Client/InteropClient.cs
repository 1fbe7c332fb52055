using EasyQuant.GrpcInterop.Protocol;
using EasyQuant.ServiceDefaults.Grpc;
using Grpc.Core;
using Grpc.Net.Client;

namespace EasyQuant.GrpcInterop.Client;

/// <summary>A connection to a peer that cases run over.</summary>
internal sealed class InteropClient : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private readonly GrpcChannel _channel;

    internal InteropClient(Uri address)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, InitialHttp2StreamWindowSize = 1024 * 1024 };
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = GrpcExtensions.MessageBytesMax,
            CompressionProviders = Wire.Providers(),
        });
        Test = new TestService.TestServiceClient(_channel);
        Unimplemented = new UnimplementedService.UnimplementedServiceClient(_channel);
    }

    /// <summary>The service that peers implement.</summary>
    internal TestService.TestServiceClient Test { get; }

    /// <summary>The service that no peer has.</summary>
    internal UnimplementedService.UnimplementedServiceClient Unimplemented { get; }

    /// <summary>Runs one case.</summary>
    /// <param name="name">A name of <see cref="InteropCases.Names"/>.</param>
    /// <exception cref="ArgumentException">There is no such case.</exception>
    /// <exception cref="InteropException">The peer did something else.</exception>
    /// <exception cref="RpcException">A call failed that should not.</exception>
    internal Task RunAsync(string name) => InteropCases.Find(name)(this);

    /// <summary>Options of a call that ends within 30 s, whatever the peer does.</summary>
    /// <param name="headers">Metadata to send; null for none.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    internal static CallOptions Soon(Metadata? headers, CancellationToken cancellationToken) =>
        new(headers, DateTime.UtcNow + s_limit, cancellationToken);

    /// <inheritdoc cref="Soon(Metadata?, CancellationToken)"/>
    internal static CallOptions Soon() => Soon(headers: null, CancellationToken.None);

    public void Dispose() => _channel.Dispose();
}

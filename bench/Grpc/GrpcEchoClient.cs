using EasyQuant.Bench.V1;
using Google.Protobuf;
using Grpc.Net.Client;

namespace EasyQuant.Bench.Grpc;

/// <summary>A unary gRPC call with a generated client.</summary>
internal sealed class GrpcEchoClient : IEchoClient
{
    private readonly GrpcChannel _channel;
    private readonly EchoBench.EchoBenchClient _client;
    private readonly EchoMessage _message;

    internal GrpcEchoClient(Uri address, int bytes)
    {
        _channel = GrpcChannel.ForAddress(
            address, new GrpcChannelOptions { HttpHandler = Http2.CreateHandler(), DisposeHttpClient = true });
        _client = new EchoBench.EchoBenchClient(_channel);
        _message = new EchoMessage { Payload = ByteString.CopyFrom(new byte[bytes]) };
    }

    public async Task EchoAsync(CancellationToken cancellationToken)
    {
        EchoMessage answer = await _client.UnaryAsync(_message, cancellationToken: cancellationToken);
        if (answer.Payload.Length != _message.Payload.Length)
        {
            throw new InvalidOperationException($"Sent {_message.Payload.Length} bytes over gRPC, got {answer.Payload.Length} back.");
        }
    }

    public void Dispose() => _channel.Dispose();
}

using System.Net;

namespace EasyQuant.Bench.Grpc;

/// <summary>The reference: a POST over HTTP/2 without gRPC.</summary>
internal sealed class PlainEchoClient(Uri address, int bytes) : IEchoClient
{
    private readonly HttpMessageInvoker _invoker = new(Http2.CreateHandler());
    private readonly byte[] _payload = new byte[bytes];

    public async Task EchoAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(_payload),
        };
        using HttpResponseMessage response = await _invoker.SendAsync(request, cancellationToken);
        byte[] answer = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        if (answer.Length != _payload.Length)
        {
            throw new InvalidOperationException($"Sent {_payload.Length} bytes over HTTP/2, got {answer.Length} back.");
        }
    }

    public void Dispose() => _invoker.Dispose();
}

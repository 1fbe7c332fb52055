using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using EasyQuant.Interop.Tests.Fixtures;
using EasyQuant.Interop.V1;
using EasyQuant.ServiceDefaults.Grpc;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace EasyQuant.Interop.Tests;

/// <summary>The message limit holds after inflating.</summary>
[Collection(AloneCollection.Name)]
public sealed class CompressionTests(EchoServerFixture fixture) : IClassFixture<EchoServerFixture>
{
    private const int Limit = 4 * 1024 * 1024;

    private readonly EchoServer _server = fixture.Server;

    [Fact]
    public async Task GzipRequest_BombOf256MiB_ResourceExhaustedWithoutTheMemory()
    {
        byte[] bomb = BombServer.CompressZeros(256 * 1024 * 1024);
        Assert.True(bomb.Length < 1024 * 1024);
        long before = GC.GetTotalAllocatedBytes();

        (string? status, string? message) = await PostAsync(bomb);
        long allocated = GC.GetTotalAllocatedBytes() - before;

        Assert.Equal(((int)StatusCode.ResourceExhausted).ToString(System.Globalization.CultureInfo.InvariantCulture), status);
        Assert.Contains("after decompression", message, StringComparison.Ordinal);
        Assert.InRange(allocated, 0, 50L * 1024 * 1024);
    }

    [Fact]
    public async Task GzipRequest_JustBelowTheLimit_Accepted()
    {
        var request = new EchoRequest { Text = "a", Payload = ByteString.CopyFrom(new byte[Limit - 64]) };

        EchoReply reply = await _server.Client.UnaryAsync(
            new EchoRequest { Text = "a" }, new Metadata { { "grpc-internal-encoding-request", "gzip" } });
        (string? status, _) = await PostAsync(Compress(request.ToByteArray()));

        Assert.Equal("ok:a", reply.Text);
        Assert.Equal("0", status);
    }

    [Fact]
    public async Task GzipReply_AboveTheClientsBound_ResourceExhausted()
    {
        using GrpcChannel channel = GrpcChannel.ForAddress(
            _server.Address, new GrpcChannelOptions { CompressionProviders = [new BoundedGzipCompressionProvider(1000)] });

        RpcException error = await Assert.ThrowsAsync<RpcException>(
            async () => await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest { Text = "big" }));

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
    }

    [Fact]
    public async Task GzipReply_BombOf256MiB_ResourceExhaustedWithoutTheMemory()
    {
        await using BombServer bomb = await BombServer.StartAsync(BombServer.CompressZeros(256 * 1024 * 1024));
        using GrpcChannel channel = GrpcChannel.ForAddress(
            bomb.Address, new GrpcChannelOptions { CompressionProviders = [new BoundedGzipCompressionProvider(Limit)] });
        long before = GC.GetTotalAllocatedBytes();

        RpcException error = await Assert.ThrowsAsync<RpcException>(
            async () => await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest(), deadline: DateTime.UtcNow + Deadlines.Soon));
        long allocated = GC.GetTotalAllocatedBytes() - before;

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.InRange(allocated, 0, 50L * 1024 * 1024);
    }

    [Fact]
    public void Bound_BelowOne_Refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new BoundedGzipCompressionProvider(0));

    private static byte[] Compress(byte[] message)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(message);
        }

        return target.ToArray();
    }

    // By hand, because an honest client would inflate what it sends in its own memory first.
    private async Task<(string? Status, string? Message)> PostAsync(byte[] compressed)
    {
        byte[] frame = new byte[5 + compressed.Length];
        frame[0] = 1;
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), compressed.Length);
        compressed.CopyTo(frame, 5);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_server.Address, "/easyquant.interop.v1.Echo/Unary"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(frame),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.Add("grpc-encoding", "gzip");
        request.Headers.Add("te", "trailers");
        using HttpResponseMessage response = await client.SendAsync(request, CancellationToken.None);
        await response.Content.LoadIntoBufferAsync(CancellationToken.None);
        HttpHeaders headers = response.TrailingHeaders.Contains("grpc-status") ? response.TrailingHeaders : response.Headers;
        return (headers.GetValues("grpc-status").Single(), headers.TryGetValues("grpc-message", out var m) ? m.Single() : null);
    }
}

using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace EasyQuant.Interop.Tests.Fixtures;

/// <summary>A server that answers every call with a small message that inflates to a large one.</summary>
internal sealed class BombServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private BombServer(WebApplication app) => _app = app;

    internal Uri Address => new(_app.Urls.First());

    internal static async Task<BombServer> StartAsync(byte[] compressed)
    {
        byte[] frame = new byte[5 + compressed.Length];
        frame[0] = 1;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), compressed.Length);
        compressed.CopyTo(frame, 5);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        WebApplication app = builder.Build();
        app.Run(async context =>
        {
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["grpc-encoding"] = "gzip";
            await context.Response.Body.WriteAsync(frame, context.RequestAborted);
            context.Response.AppendTrailer("grpc-status", "0");
        });
        await app.StartAsync(CancellationToken.None);
        return new BombServer(app);
    }

    /// <summary>Zeros, compressed as well as gzip can.</summary>
    internal static byte[] CompressZeros(int length)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            byte[] zeros = new byte[64 * 1024];
            for (int written = 0; written < length; written += zeros.Length)
            {
                gzip.Write(zeros);
            }
        }

        return target.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await _app.StopAsync(deadline.Token);
        await _app.DisposeAsync();
    }
}

using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using EasyQuant.Bench.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EasyQuant.Bench.Grpc;

/// <summary>The two servers; each prints its address and runs until its input ends.</summary>
internal static class EchoServers
{
    internal static async Task RunAsync(string protocol, CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.Http2.InitialStreamWindowSize = Http2.StreamWindowBytes;
            kestrel.Limits.Http2.InitialConnectionWindowSize = Http2.ConnectionWindowBytes;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddGrpc();
        await using WebApplication app = builder.Build();
        if (protocol == "grpc")
        {
            app.MapGrpcService<EchoService>();
        }
        else
        {
            app.Run(EchoBodyAsync);
        }

        await app.StartAsync(cancellationToken);
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        await Console.Out.WriteLineAsync(address);
        await Console.In.ReadToEndAsync(cancellationToken);
        await app.StopAsync(cancellationToken);
    }

    // The whole message is read first, as a unary handler does.
    private static async Task EchoBodyAsync(HttpContext context)
    {
        context.Response.ContentType = "application/octet-stream";
        PipeReader reader = context.Request.BodyReader;
        ReadResult read = await reader.ReadAsync(context.RequestAborted);
        while (!read.IsCompleted)
        {
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            read = await reader.ReadAsync(context.RequestAborted);
        }

        context.Response.ContentLength = read.Buffer.Length;
        foreach (ReadOnlyMemory<byte> segment in read.Buffer)
        {
            await context.Response.BodyWriter.WriteAsync(segment, context.RequestAborted);
        }

        reader.AdvanceTo(read.Buffer.End);
    }

    private sealed class EchoService : EchoBench.EchoBenchBase
    {
        public override Task<EchoMessage> Unary(EchoMessage request, ServerCallContext context) => Task.FromResult(request);
    }
}

using EasyQuant.Interop.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace EasyQuant.Interop.Tests;

public sealed class SmokeTests
{
    [Fact]
    public async Task Unary_OfficialServerAndClient_Answers()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(k => k.Listen(System.Net.IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        await using WebApplication app = builder.Build();
        app.MapGrpcService<Service>();
        await app.StartAsync(CancellationToken.None);
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        using GrpcChannel channel = GrpcChannel.ForAddress(address);
        EchoReply reply = await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest { Text = "a" });
        Assert.Equal("ok:a", reply.Text);
    }

    private sealed class Service : Echo.EchoBase
    {
        public override Task<EchoReply> Unary(EchoRequest request, ServerCallContext context) =>
            Task.FromResult(new EchoReply { Text = "ok:" + request.Text });
    }
}

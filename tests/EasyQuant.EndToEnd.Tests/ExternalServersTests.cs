using System.Net;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Samples.Demo;
using EasyQuant.Testing;
using Google.Protobuf.WellKnownTypes;

namespace EasyQuant.EndToEnd;

/// <summary>The platform on a database and a broker that somebody else runs.</summary>
public sealed class ExternalServersTests
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(12);

    [Fact]
    public async Task Platform_OnExternalServers_StartsNoneAndRunsASample()
    {
        using CancellationTokenSource deadline = new(s_deadline);
        await using TestServers servers = await TestServers.StartOrReuseAsync(deadline.Token);
        string database = await servers.CreateDatabaseAsync(deadline.Token);
        string broker = await servers.CreateVirtualHostAsync(deadline.Token);
        await using PlatformHost host = await PlatformHost.StartAsync(new PlatformSettings
        {
            Arguments = ["--infrastructure", "external", "--ConnectionStrings:easyquant=" + database, "--ConnectionStrings:messaging=" + broker],
        });

        Assert.Equal(database, await host.DatabaseAsync(deadline.Token));
        Assert.False(Directory.Exists(Path.Combine(host.DataDirectory, "postgres")), "a PostgreSQL of its own");
        Assert.False(Directory.Exists(Path.Combine(host.DataDirectory, "rabbitmq")), "a RabbitMQ of its own");
        using HttpClient http = new() { BaseAddress = host.Http };
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/health", UriKind.Relative), deadline.Token)).StatusCode);
        using PlatformClient client = new(host.Grpc, host.Key);
        await SampleData.PrepareAsync(client, deadline.Token);
        Run run = await client.StartAsync("daily-pipeline", new Struct(), deadline.Token);
        run = await client.WatchAsync(run.RunId, _ => { }, deadline.Token);
        Assert.True(run.State == RunState.Succeeded, $"Run {run.RunId}: expected Succeeded, was {run.State} {run.Error}");
    }
}

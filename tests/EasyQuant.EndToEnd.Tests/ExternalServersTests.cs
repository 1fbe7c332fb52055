using System.Diagnostics;
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
            Arguments = ["--redis", "--infrastructure", "external", "--ConnectionStrings:easyquant=" + database, "--ConnectionStrings:messaging=" + broker],
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

        // Redis was asked for and named nowhere: one of the platform's own, which the Runners know.
        await host.WaitHealthyAsync("redis", deadline.Token);
        Assert.True(File.Exists(Path.Combine(host.DataDirectory, "redis", "redis.conf")), "no Redis of its own");
        Assert.Contains(host.Shown(), shown => shown.What.StartsWith("runner-", StringComparison.Ordinal) && shown.What.EndsWith(" ConnectionStrings__redis", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--infrastructure external needs ConnectionStrings:easyquant and ConnectionStrings:messaging: name servers that run already", "--infrastructure", "external")]
    [InlineData("--infrastructure external needs ConnectionStrings:messaging: name servers", "--infrastructure", "external", "--ConnectionStrings:easyquant=Host=127.0.0.1")]
    [InlineData("--infrastructure is 'own' or 'external'; was 'containers'.", "--infrastructure", "containers")]
    [InlineData("--infrastructure needs a value.", "--infrastructure")]
    [InlineData("The data directory '/etc/passwd' cannot be made (", "--data", "/etc/passwd")]
    [InlineData("--publish-to is 'compose' or 'kubernetes'; was 'swarm'.", "--publish-to", "swarm")]
    [InlineData("--publish-to needs a value.", "--publish-to")]
    [InlineData("--publish-to needs an AppHost that was built with -p:AspirePackages=official -p:AspirePublishing=true", "--publish-to", "kubernetes")]
    public async Task AppHost_WrongArguments_SaysWhatIsNeededAndEnds(string expected, params string[] arguments)
    {
        using CancellationTokenSource deadline = new(s_deadline);
        string directory = Directory.CreateTempSubdirectory("eq-wrong-").FullName;
        try
        {
            ProcessStartInfo start = new("dotnet", [Repository.Built("EasyQuant.AppHost", "EasyQuant.AppHost.dll"), "--data", directory, "--no-dashboard", .. arguments])
            {
                RedirectStandardError = true,
            };
            start.Environment.Remove("ConnectionStrings__easyquant");
            start.Environment.Remove("ConnectionStrings__messaging");
            using Process appHost = Process.Start(start)!;
            string error = await appHost.StandardError.ReadToEndAsync(deadline.Token);
            await appHost.WaitForExitAsync(deadline.Token);

            Assert.Equal(1, appHost.ExitCode);
            Assert.StartsWith(expected, error, StringComparison.Ordinal);
            Assert.Single(error.TrimEnd().Split('\n'));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}

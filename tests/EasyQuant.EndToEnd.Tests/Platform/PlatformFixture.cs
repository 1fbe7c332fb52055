using System.Net.Http.Headers;
using System.Security.Cryptography;
using EasyQuant.EndToEnd.Telemetry;
using EasyQuant.Samples.Demo;
using EasyQuant.Samples.Orders;
using Npgsql;

namespace EasyQuant.EndToEnd;

/// <summary>The platform, started once for the suite, with the synthetic market and the sample workflows stored.</summary>
public sealed class PlatformFixture : IAsyncLifetime
{
    private static readonly TimeSpan s_prepareDeadline = TimeSpan.FromMinutes(5);
    private PlatformHost? _host;

    /// <summary>Metrics of all services.</summary>
    public MetricsReceiver Metrics { get; } = new();

    /// <summary>The broker that runs of the platform may call; its token is stored nowhere before a test does so.</summary>
    public BrokerServer Broker { get; } = BrokerServer.Start(new BrokerOptions { Port = 0, Token = BrokerToken });

    /// <summary>Token of the broker.</summary>
    public static string BrokerToken { get; } = $"canary-broker-{RandomNumberGenerator.GetHexString(16, lowercase: true)}";

    public PlatformHost Host => _host ?? throw new InvalidOperationException("The platform has not started.");

    public async Task InitializeAsync()
    {
        // The dashboard's API has no metrics, so they come here.
        IReadOnlyDictionary<string, string> metrics = Metrics.Environment;
        Dictionary<string, string> runner = new(metrics) { ["Runner__HttpAllowedEndpoints__0"] = Broker.Address.Authority };
        _host = await PlatformHost.StartAsync(new PlatformSettings
        {
            WithDashboard = true,
            Environment = PlatformHost.Services.ToDictionary(service => service, Func<IReadOnlyDictionary<string, string>> (service) => () => service == "runner" ? runner : metrics),
        });
        using CancellationTokenSource deadline = new(s_prepareDeadline);
        using PlatformClient client = Client();
        await SampleData.PrepareAsync(client, deadline.Token);
    }

    /// <summary>The samples' gRPC client with the development key.</summary>
    public PlatformClient Client() => new(Host.Grpc, Host.Key);

    /// <summary>Raw gRPC clients with the development key.</summary>
    public GatewayGrpc Grpc() => new(Host.Grpc, Host.Key);

    /// <summary>Raw gRPC clients with a key; none when null.</summary>
    public GatewayGrpc Grpc(string? key) => new(Host.Grpc, key);

    /// <summary>A REST client with the development key.</summary>
    public HttpClient Rest() => Rest(Host.Key);

    /// <summary>A REST client with a key; none when null.</summary>
    public HttpClient Rest(string? key)
    {
        HttpClient client = new() { BaseAddress = Host.Http, Timeout = TimeSpan.FromMinutes(4) };
        if (key is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        return client;
    }

    /// <summary>Makes a key with all scopes in another project, as the Gateway of that project's owner would.</summary>
    public async Task<string> CreateForeignKeyAsync(string project, CancellationToken cancellationToken)
    {
        string prefix = RandomNumberGenerator.GetHexString(12, lowercase: true);
        byte[] secret = RandomNumberGenerator.GetBytes(32);
        await using NpgsqlDataSource database = NpgsqlDataSource.Create(await Host.DatabaseAsync(cancellationToken));
        await using NpgsqlCommand insert = database.CreateCommand(
            "insert into gateway.api_keys (key_id, project_id, name, prefix, secret_hash, scopes, actor, create_time) values ($1, $2, $3, $4, $5, $6, 'test', now())");
        insert.Parameters.AddWithValue(Guid.CreateVersion7());
        insert.Parameters.AddWithValue(project);
        insert.Parameters.AddWithValue("foreign-" + prefix);
        insert.Parameters.AddWithValue(prefix);
        insert.Parameters.AddWithValue(SHA256.HashData(secret));
        insert.Parameters.AddWithValue(new[] { 1, 2, 3, 4, 5 });
        await insert.ExecuteNonQueryAsync(cancellationToken);
        return $"eq_{prefix}_{Convert.ToHexStringLower(secret)}";
    }

    public async Task DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        await Metrics.DisposeAsync();
        await Broker.DisposeAsync();
    }
}

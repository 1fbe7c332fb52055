using System.Collections.Concurrent;
using EasyQuant.EndToEnd;
using EasyQuant.Samples.Demo;
using Npgsql;

namespace EasyQuant.Faults;

/// <summary>A platform of its own with short leases, a durable database and Runners whose failpoints a test can arm.</summary>
public sealed class FaultFixture : IAsyncLifetime
{
    private static readonly TimeSpan s_prepareDeadline = TimeSpan.FromMinutes(5);
    private readonly ConcurrentDictionary<string, string> _runnerVariables = new();
    private PlatformHost? _host;

    public PlatformHost Host => _host ?? throw new InvalidOperationException("The platform has not started.");

    public async Task InitializeAsync()
    {
        // Not shorter: on a busy machine a renewal may take seconds, and a false expiry would be no fault of ours.
        Dictionary<string, string> workflow = new()
        {
            ["Workflow__LeaseDuration"] = "00:00:06", ["Workflow__SweepInterval"] = "00:00:00.500", ["Workflow__HintAge"] = "00:00:02", ["Workflow__CrashCountMax"] = "50",
        };
        _host = await PlatformHost.StartAsync(new PlatformSettings
        {
            Environment = new Dictionary<string, Func<IReadOnlyDictionary<string, string>>>
            {
                ["workflow"] = () => workflow,
                ["runner"] = () => new Dictionary<string, string>(_runnerVariables),
            },
        });
        using CancellationTokenSource deadline = new(s_prepareDeadline);
        Assert.Equal("on", await ScalarAsync("show fsync", deadline.Token));
        using PlatformClient client = Client();
        await SampleData.PrepareAsync(client, deadline.Token);
        await client.StoreWorkflowAsync(AppendingPipeline.Definition(), deadline.Token);
    }

    public PlatformClient Client() => new(Host.Grpc, Host.Key);

    /// <summary>Starts the Runners anew with a failpoint; once the first has met it, Runners start without.</summary>
    public async Task ArmAsync(string failpoint, CancellationToken cancellationToken)
    {
        _runnerVariables["EQ_FAIL"] = failpoint;
        await Host.RestartAsync("runner", cancellationToken);
        _runnerVariables.Clear();
    }

    /// <summary>Reads one value from the platform's database.</summary>
    public async Task<object?> ScalarAsync(string sql, CancellationToken cancellationToken)
    {
        // A pooled connection may be one that died with the server.
        NpgsqlConnectionStringBuilder settings = new(await Host.DatabaseAsync(cancellationToken)) { Pooling = false };
        await using NpgsqlConnection connection = new(settings.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using NpgsqlCommand command = new(sql, connection);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>Waits until everything of the platform is healthy again.</summary>
    public async Task WaitHealthyAsync(CancellationToken cancellationToken)
    {
        foreach (string resource in new[] { "postgres", "messaging", "workflow", "backtest", "monitor", "scheduler", "runner", "gateway" })
        {
            await Host.WaitHealthyAsync(resource, cancellationToken);
        }
    }

    public async Task DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }
}

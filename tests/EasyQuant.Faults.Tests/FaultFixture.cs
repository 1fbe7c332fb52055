using System.Globalization;
using EasyQuant.EndToEnd;
using EasyQuant.Samples.Demo;
using Npgsql;

namespace EasyQuant.Faults;

/// <summary>A platform of its own with short leases, a durable database and Runners whose failpoints a test can arm.</summary>
public sealed class FaultFixture : IAsyncLifetime
{
    private const string ShortLease = "00:00:06";
    private const string UsualLease = "00:00:20";
    private static readonly TimeSpan s_prepareDeadline = TimeSpan.FromMinutes(5);
    private readonly string _directory = Directory.CreateTempSubdirectory("eq-failpoints-").FullName;
    private Dictionary<string, string> _workflow = [];
    private int _armings;
    private PlatformHost? _host;

    public PlatformHost Host => _host ?? throw new InvalidOperationException("The platform has not started.");

    public async Task InitializeAsync()
    {
        // Not shorter: on a busy machine a renewal may take seconds, and a false expiry would be no fault of ours.
        _workflow = new(StringComparer.Ordinal)
        {
            ["Workflow__LeaseDuration"] = ShortLease, ["Workflow__SweepInterval"] = "00:00:00.500", ["Workflow__HintAge"] = "00:00:02", ["Workflow__CrashCountMax"] = "50",
        };
        // Services may run as another user.
        File.SetUnixFileMode(_directory, (UnixFileMode)0b111_101_101);
        _host = await PlatformHost.StartAsync(new PlatformSettings
        {
            Environment = new Dictionary<string, Func<IReadOnlyDictionary<string, string>>>
            {
                ["workflow"] = () => _workflow,
                ["runner"] = () => new Dictionary<string, string> { ["EQ_FAIL"] = "@" + FailpointFile },
            },
        });
        using CancellationTokenSource deadline = new(s_prepareDeadline);
        Assert.Equal("on", await ScalarAsync("show fsync", deadline.Token));
        using PlatformClient client = Client();
        await SampleData.PrepareAsync(client, deadline.Token);
        await client.StoreWorkflowAsync(AppendingPipeline.Definition(), deadline.Token);
    }

    public PlatformClient Client() => new(Host.Grpc, Host.Key);

    /// <summary>Arms a failpoint in the Runners that run, and takes it back from the others once one has died.</summary>
    /// <returns>Ends when one has died.</returns>
    public async Task<Task> ArmAsync(string failpoint, CancellationToken cancellationToken)
    {
        int[] armed = [.. Host.Processes("runner").Values];
        string mark = await WriteAsync(failpoint, cancellationToken);
        await Poll.UntilAsync(
            "Runners that have read their failpoint",
            () => Task.FromResult((LogsWith(mark) >= armed.Length, $"read by {LogsWith(mark)} of {armed.Length}\n{Host.Tail("runner")}")),
            cancellationToken);
        return DisarmAsync(armed, cancellationToken);
    }

    /// <summary>Lets leases have their usual length, which outlasts the restart of a service, or the short one that tests of deaths wait for.</summary>
    public Task UseUsualLeasesAsync(bool areUsual, CancellationToken cancellationToken)
    {
        _workflow["Workflow__LeaseDuration"] = areUsual ? UsualLease : ShortLease;
        return Host.RestartAsync("workflow", cancellationToken);
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

        Directory.Delete(_directory, recursive: true);
    }

    private string FailpointFile => Path.Combine(_directory, "runner");

    private async Task DisarmAsync(int[] armed, CancellationToken cancellationToken)
    {
        await Poll.UntilAsync(
            "a Runner that has died of its failpoint", () => Task.FromResult((armed.Except(Host.Processes("runner").Values).Any(), Host.Tail("runner"))), cancellationToken);
        await WriteAsync("", cancellationToken);
    }

    // The number tells one time from the next, though both may say the same.
    private async Task<string> WriteAsync(string failpoint, CancellationToken cancellationToken)
    {
        string mark = string.Create(CultureInfo.InvariantCulture, $"#{++_armings},");
        await File.WriteAllTextAsync(FailpointFile + ".new", mark + failpoint, cancellationToken);
        File.Move(FailpointFile + ".new", FailpointFile, overwrite: true);
        return mark;
    }

    private int LogsWith(string mark) => Directory.EnumerateFiles(Path.Combine(Host.DataDirectory, "logs"), "runner*")
        .Count(file => File.ReadLines(file).Any(line => line.Contains($"Failpoints read: {mark}", StringComparison.Ordinal)));
}

using System.Text.Json.Nodes;
using EasyQuant.Flow;
using EasyQuant.RunnerService.Storage;
using EasyQuant.ServiceDefaults.Telemetry;
using Microsoft.Extensions.Options;

namespace EasyQuant.RunnerService.Processes;

/// <summary>The child processes of this worker: warm ones are kept by project, at most as many as the options say, idle ones for two minutes. Thread-safe.</summary>
internal sealed class ItemProcessPool : IDisposable
{
    /// <summary>Processes that may die under one replica before its run fails.</summary>
    private const int ReplicaDeathsMax = 20;

    private const int DeathsMax = 2;
    private static readonly TimeSpan s_deathPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_deathPauseMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_endMax = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_idleMax = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(30);

    private readonly RunnerOptions _options;
    private readonly ChildBrokers _brokers;
    private readonly ProjectDatabases _databases;
    private readonly IReadOnlyDictionary<string, string> _telemetry;
    private readonly WorkerUsage _usage;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _slots;
    private readonly Lock _gate = new();
    private readonly List<(string ProjectId, ItemProcess Process, long Since)> _idle = [];
    private readonly ITimer _timer;
    private bool _isDisposed;

    public ItemProcessPool(
        IOptions<RunnerOptions> options, ProjectDatabases databases, ChildBrokers brokers, IConfiguration configuration, WorkerUsage usage, TimeProvider time)
    {
        _telemetry = ChildTelemetry.Settings(configuration);
        _options = options.Value;
        _brokers = brokers;
        _databases = databases;
        _usage = usage;
        _time = time;
        CountMax = _options.MaxItemProcesses > 0 ? _options.MaxItemProcesses : Environment.ProcessorCount;
        _slots = new SemaphoreSlim(CountMax, CountMax);
        _timer = time.CreateTimer(_ => EndIdle(), null, s_tick, s_tick);
    }

    public int CountMax { get; }

    /// <summary>Gets whether the processes send spans.</summary>
    public bool IsTracing => _telemetry.Count > 0;

    /// <summary>Runs an item in a free process; one whose process dies is tried once more in a new one.</summary>
    /// <exception cref="NodeException"><c>ITEM_TIMEOUT</c>, <c>ITEM_PROCESS_DIED</c>, <c>LIMIT_EXCEEDED</c>.</exception>
    public async ValueTask<(ChildRunResult Result, int ProcessId)> RunAsync(
        string projectId, string key, Func<JsonObject> workflow, Func<JsonObject> item, ISecretSource secrets, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        try
        {
            for (int deaths = 1; ; deaths++)
            {
                ItemProcess process = Take(projectId) ?? await StartAsync(projectId, cancellationToken);
                try
                {
                    await process.PrepareAsync(key, workflow, cancellationToken);
                    return (ItemMessages.ToResult(await RunAsync(process, item(), secrets, timeout, cancellationToken)), process.Id);
                }
                catch (NodeException e) when (e.Reason == "ITEM_PROCESS_DIED" && deaths < DeathsMax)
                {
                    // Whatever killed it: one more process, then the item is what kills.
                }
                finally
                {
                    Return(projectId, process);
                }
            }
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>
    /// Runs a replica of a process group in a process of its own, which counts for no item: the replica's run has a slot already, and replicas wait for each
    /// other, so that a bound here could stop them all. One whose process dies is started again, with growing pauses.
    /// </summary>
    /// <exception cref="NodeException"><c>ITEM_PROCESS_DIED</c>: <see cref="ReplicaDeathsMax"/> processes died.</exception>
    public async ValueTask<(ChildRunResult Result, int ProcessId)> RunReplicaAsync(
        string projectId, string key, Func<JsonObject> workflow, Func<JsonObject> item, Func<JsonObject, int, CancellationToken, ValueTask> onReport,
        ISecretSource secrets, CancellationToken cancellationToken)
    {
        for (int deaths = 1; ; deaths++)
        {
            ItemProcess process = Take(projectId) ?? await StartAsync(projectId, cancellationToken);
            try
            {
                await process.PrepareAsync(key, workflow, cancellationToken);
                JsonObject answer = await process.RunAsync(item(), (report, token) => onReport(report, process.Id, token), secrets, cancellationToken);
                return (ItemMessages.ToResult(answer), process.Id);
            }
            catch (NodeException e) when (e.Reason == "ITEM_PROCESS_DIED" && deaths < ReplicaDeathsMax)
            {
                // What it held comes again; a chunk that ends processes is parked by whoever gets it next.
            }
            finally
            {
                Return(projectId, process);
            }

            await Task.Delay(deaths < 8 ? s_deathPause * (1 << deaths) : s_deathPauseMax, _time, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        (string, ItemProcess Process, long)[] idle;
        lock (_gate)
        {
            _isDisposed = true;
            idle = [.. _idle];
            _idle.Clear();
        }

        if (IsTracing)
        {
            Parallel.ForEach(idle, entry => entry.Process.End(s_endMax));
        }

        foreach ((_, ItemProcess process, _) in idle)
        {
            process.Dispose();
        }

        _timer.Dispose();
    }

    private async ValueTask<JsonObject> RunAsync(ItemProcess process, JsonObject item, ISecretSource secrets, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        TimeSpan limit = timeout ?? _options.ItemProcessTimeMax;
        using var late = new CancellationTokenSource(limit, _time);
        using CancellationTokenSource linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            return await process.RunAsync(item, null, secrets, linked.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NodeException("ITEM_TIMEOUT", $"The item did not finish within {limit.TotalSeconds} s.", transient: true, e);
        }
    }

    // The newest first, so that spare ones grow old. A process of another project makes room.
    private Task<ItemProcess> StartAsync(string projectId, CancellationToken cancellationToken) =>
        ItemProcess.StartAsync(Settings(projectId), _options.ItemProcessMemoryMax, _options.ItemProcessSilenceMax, _usage, _time, cancellationToken);

    private ItemProcess? Take(string projectId)
    {
        ItemProcess? surplus = null;
        lock (_gate)
        {
            int found = _idle.FindLastIndex(entry => entry.ProjectId == projectId);
            if (found >= 0)
            {
                ItemProcess process = _idle[found].Process;
                _idle.RemoveAt(found);
                return process;
            }

            if (_idle.Count >= CountMax)
            {
                surplus = _idle[0].Process;
                _idle.RemoveAt(0);
            }
        }

        surplus?.Dispose();
        return null;
    }

    private void Return(string projectId, ItemProcess process)
    {
        lock (_gate)
        {
            if (process.IsUsable && !_isDisposed && _idle.Count < CountMax)
            {
                _idle.Add((projectId, process, _time.GetTimestamp()));
                return;
            }
        }

        process.Dispose();
    }

    private void EndIdle()
    {
        ItemProcess[] old;
        lock (_gate)
        {
            old = [.. _idle.Where(entry => _time.GetElapsedTime(entry.Since) > s_idleMax).Select(entry => entry.Process)];
            _idle.RemoveAll(entry => old.Contains(entry.Process));
        }

        foreach (ItemProcess process in old)
        {
            process.Dispose();
        }
    }

    private JsonObject Settings(string projectId)
    {
        var settings = new JsonObject
        {
            ["artifacts"] = Path.Combine(_options.DataRoot, "artifacts"),
            ["files"] = Path.Combine(_options.DataRoot, "files", projectId),
            ["http"] = new JsonArray([.. _options.HttpAllowedEndpoints.Select(endpoint => (JsonNode)endpoint)]),
            ["brokers"] = _brokers.ToJson(),
            ["telemetry"] = new JsonObject(_telemetry.Select(setting => KeyValuePair.Create(setting.Key, (JsonNode?)setting.Value))),
        };
        if (_databases.ConnectionOf(projectId) is { } connection)
        {
            settings["database"] = new JsonObject { ["connectionString"] = connection.ConnectionString, ["schema"] = connection.Schema, ["pooled"] = _databases.IsPooled };
        }

        return settings;
    }
}

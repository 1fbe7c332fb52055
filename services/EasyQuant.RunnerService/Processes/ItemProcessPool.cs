using System.Text.Json.Nodes;
using EasyQuant.Flow;
using EasyQuant.RunnerService.Storage;
using Microsoft.Extensions.Options;

namespace EasyQuant.RunnerService.Processes;

/// <summary>The child processes of this worker: warm ones are kept by project, at most as many as the options say, idle ones for two minutes. Thread-safe.</summary>
internal sealed class ItemProcessPool : IDisposable
{
    private const int DeathsMax = 2;
    private static readonly TimeSpan s_idleMax = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(30);

    private readonly RunnerOptions _options;
    private readonly ProjectDatabases _databases;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _slots;
    private readonly Lock _gate = new();
    private readonly List<(string ProjectId, ItemProcess Process, long Since)> _idle = [];
    private readonly ITimer _timer;
    private bool _isDisposed;

    public ItemProcessPool(IOptions<RunnerOptions> options, ProjectDatabases databases, TimeProvider time)
    {
        _options = options.Value;
        _databases = databases;
        _time = time;
        CountMax = _options.MaxItemProcesses > 0 ? _options.MaxItemProcesses : Environment.ProcessorCount;
        _slots = new SemaphoreSlim(CountMax, CountMax);
        _timer = time.CreateTimer(_ => EndIdle(), null, s_tick, s_tick);
    }

    public int CountMax { get; }

    /// <summary>Runs an item in a free process; one whose process dies is tried once more in a new one.</summary>
    /// <exception cref="NodeException"><c>ITEM_TIMEOUT</c>, <c>ITEM_PROCESS_DIED</c>, <c>LIMIT_EXCEEDED</c>.</exception>
    public async ValueTask<(ChildRunResult Result, int ProcessId)> RunAsync(
        string projectId, string key, Func<JsonObject> workflow, Func<JsonObject> item, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        try
        {
            for (int deaths = 1; ; deaths++)
            {
                ItemProcess process = Take(projectId) ?? await ItemProcess.StartAsync(Settings(projectId), _options.ItemProcessMemoryMax, _time, cancellationToken);
                try
                {
                    await process.PrepareAsync(key, workflow, cancellationToken);
                    return (ItemMessages.ToResult(await RunAsync(process, item(), timeout, cancellationToken)), process.Id);
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

        foreach ((_, ItemProcess process, _) in idle)
        {
            process.Dispose();
        }

        _timer.Dispose();
    }

    private async ValueTask<JsonObject> RunAsync(ItemProcess process, JsonObject item, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        if (timeout is not { } limit)
        {
            return await process.RunAsync(item, cancellationToken);
        }

        using var late = new CancellationTokenSource(limit, _time);
        using CancellationTokenSource linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            return await process.RunAsync(item, linked.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NodeException("ITEM_TIMEOUT", $"The item did not finish within {limit.TotalSeconds} s.", transient: true, e);
        }
    }

    // The newest first, so that spare ones grow old. A process of another project makes room.
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
            if (process.IsUsable && !_isDisposed)
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
        };
        if (_databases.ConnectionOf(projectId) is { } connection)
        {
            settings["database"] = new JsonObject { ["connectionString"] = connection.ConnectionString, ["schema"] = connection.Schema };
        }

        return settings;
    }
}

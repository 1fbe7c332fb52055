using System.Collections.Concurrent;
using EasyQuant.MonitorService.Pool;
using EasyQuant.MonitorService.Storage;
using Microsoft.Extensions.Options;

namespace EasyQuant.MonitorService.Grpc;

/// <summary>
/// The streams that this replica holds. Commands and newer sessions that came in at another replica are found in the database within
/// the poll interval. Thread-safe.
/// </summary>
internal sealed partial class SessionBoard(WorkerStore store, IOptions<MonitorOptions> options, ILogger<SessionBoard> logger) : BackgroundService
{
    private readonly ConcurrentDictionary<long, WorkerSession> _sessions = new();
    private readonly SemaphoreSlim _signal = new(0, 1);

    /// <summary>Streams that this replica holds.</summary>
    public int Count => _sessions.Count;

    /// <summary>Adds a session; older ones of the same worker in this process end.</summary>
    public void Add(WorkerSession session)
    {
        _sessions[session.Epoch] = session;
        foreach (WorkerSession older in _sessions.Values.Where(other => other.Key == session.Key && other.Epoch < session.Epoch))
        {
            older.Replace();
        }
    }

    /// <summary>Removes a session.</summary>
    public void Remove(WorkerSession session) => _sessions.TryRemove(session.Epoch, out _);

    /// <summary>Compares with the database at once.</summary>
    public void Wake()
    {
        try
        {
            _signal.Release();
        }
        catch (SemaphoreFullException)
        {
            // Already set.
        }
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        _signal.Dispose();
        base.Dispose();
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await _signal.WaitAsync(options.Value.SessionPollInterval, stoppingToken);
                await CompareAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Outermost loop of the worker: commands stay in the database, and the next round finds them.
                LogRoundFailed(exception);
                await Task.Delay(options.Value.SessionPollInterval, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task CompareAsync(CancellationToken cancellationToken)
    {
        List<WorkerSession> sessions = [.. _sessions.Values];
        if (sessions.Count == 0)
        {
            return;
        }

        List<WorkerRecord> rows = await store.ReadAsync([.. sessions.Select(session => session.Key).Distinct()], cancellationToken);
        Dictionary<Guid, WorkerRecord> byKey = rows.ToDictionary(row => row.Key);
        foreach (WorkerSession session in sessions.Where(session => _sessions.ContainsKey(session.Epoch)))
        {
            if (byKey.TryGetValue(session.Key, out WorkerRecord? row) && row.Epoch > session.Epoch)
            {
                Remove(session);
                session.Replace();
            }
            else if (row is not null)
            {
                session.SetDraining(row.IsDraining);
            }
        }
    }

    [LoggerMessage(5001, LogLevel.Warning, "Comparing the sessions of workers with the database failed; the next round starts soon.")]
    private partial void LogRoundFailed(Exception exception);
}

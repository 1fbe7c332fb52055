using EasyQuant.Contracts.Worker.V1;
using EasyQuant.MonitorService.Pool;
using EasyQuant.MonitorService.Storage;
using EasyQuant.ServiceDefaults.Errors;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace EasyQuant.MonitorService.Grpc;

/// <summary>Streams a pool to watchers by comparing it at an interval: also what other replicas changed is seen. Thread-safe.</summary>
internal sealed class PoolWatch(WorkerStore store, IOptions<MonitorOptions> options, TimeProvider time)
{
    private const int PageSize = 500;
    private const int WatchersMax = 100;

    private static readonly TimeSpan s_silenceMax = TimeSpan.FromSeconds(15);

    private int _watcherCount;

    /// <summary>Reads a project's whole pool by name.</summary>
    public async Task<List<WorkerRecord>> ReadPoolAsync(string projectId, CancellationToken cancellationToken)
    {
        var pool = new List<WorkerRecord>();
        List<WorkerRecord> page;
        do
        {
            page = await store.ListAsync(projectId, pool.Count == 0 ? "" : pool[^1].Registration.Name, PageSize, cancellationToken);
            pool.AddRange(page);
        }
        while (page.Count == PageSize);
        return pool;
    }

    /// <summary>Writes the whole pool, then each worker that changes, until the watcher goes.</summary>
    /// <exception cref="RpcError">ResourceExhausted WATCHERS_TOO_MANY.</exception>
    public async Task RunAsync(string projectId, IServerStreamWriter<WatchWorkersResponse> responses, CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref _watcherCount) > WatchersMax)
            {
                throw new RpcError(StatusCode.ResourceExhausted, "WATCHERS_TOO_MANY", $"This replica has {WatchersMax} watchers already.");
            }

            await WatchAsync(projectId, responses, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _watcherCount);
        }
    }

    private async Task WatchAsync(string projectId, IServerStreamWriter<WatchWorkersResponse> responses, CancellationToken cancellationToken)
    {
        var known = new Dictionary<Guid, Worker>();
        long lastWrite = time.GetTimestamp();
        while (true)
        {
            foreach (WorkerRecord row in await ReadPoolAsync(projectId, cancellationToken))
            {
                Worker worker = WorkerWriter.Write(row);
                if (!known.TryGetValue(row.Key, out Worker? before) || !before.Equals(worker))
                {
                    known[row.Key] = worker;
                    await responses.WriteAsync(new WatchWorkersResponse { Worker = worker }, cancellationToken);
                    lastWrite = time.GetTimestamp();
                }
            }

            if (time.GetElapsedTime(lastWrite) >= s_silenceMax)
            {
                await responses.WriteAsync(new WatchWorkersResponse(), cancellationToken);
                lastWrite = time.GetTimestamp();
            }

            await Task.Delay(options.Value.WatchInterval, time, cancellationToken);
        }
    }
}

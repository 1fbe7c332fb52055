namespace EasyQuant.Flow;

/// <summary>Executes items as durable runs of their own, on all workers. Calls are idempotent, so a step that starts again goes on with the runs that exist. Safe for concurrent use.</summary>
public interface IRemoteItems
{
    /// <summary>Starts items, or runs those again that failed; they are durable when the task completes. At most 500. Returns those that failed at once: the workflow does not take their inputs.</summary>
    ValueTask<IReadOnlyList<ItemRecord>> StartAsync(string nodeId, string workflow, int? version, IReadOnlyList<RemoteItem> items, CancellationToken cancellationToken);

    /// <summary>Returns items whose runs have ended and that the ledger does not know as ended yet; empty when there is none now.</summary>
    ValueTask<IReadOnlyList<ItemRecord>> CollectAsync(string nodeId, CancellationToken cancellationToken);

    /// <summary>Cancels the runs of items that have executed for longer than the given time; all of them, also those that wait, when it is null.</summary>
    ValueTask CancelAsync(string nodeId, TimeSpan? olderThan, CancellationToken cancellationToken);

    /// <summary>Called when the step ends early: cancels the runs of its items unless another worker is to go on with them.</summary>
    ValueTask AbandonAsync(string nodeId);

    /// <summary>Gives the slot of this run to others while it only waits; disposing takes it back.</summary>
    IDisposable Wait();
}

namespace EasyQuant.Flow;

/// <summary>
/// Keeps the states and results of the items of a run's fan-outs, so that another worker can go on after the items that are done. Serves the fan-outs of the
/// run itself, not those inside its items. Safe for concurrent use.
/// </summary>
public interface IItemLedger
{
    /// <summary>Opens the fan-out and says what is known. Opening again with the same hash is harmless.</summary>
    ValueTask<FanOutOpening> OpenAsync(FanOutRequest request, CancellationToken cancellationToken);

    /// <summary>Reads the kept items in the order of the items, a page at a time.</summary>
    IAsyncEnumerable<ItemRecord> ReadAsync(string nodeId, CancellationToken cancellationToken);

    /// <summary>Fixes where the items execute, before the first of them does.</summary>
    ValueTask DecideAsync(string nodeId, ItemPlace place, string reason, CancellationToken cancellationToken);

    /// <summary>Takes the newest state of an item. It travels with others a moment later; waits when too many are on their way, so the memory is bounded.</summary>
    ValueTask WriteAsync(string nodeId, ItemRecord item, CancellationToken cancellationToken);

    /// <summary>Waits until everything taken so far is durable.</summary>
    ValueTask FlushAsync(CancellationToken cancellationToken);
}

namespace EasyQuant.Flow;

/// <summary>Opens the ledger of one fan-out.</summary>
/// <param name="NodeId">Node that fans out.</param>
/// <param name="Total">Number of its items, 0 to <see cref="FlowLimits.ItemsMax"/>.</param>
/// <param name="InputHash">SHA-256 of everything that decides what the items do: what was kept under another hash does not count.</param>
/// <param name="Place">Where the items shall execute; unknown when it is measured first.</param>
/// <param name="Concurrency">Most items at a time.</param>
public sealed record FanOutRequest(string NodeId, int Total, ReadOnlyMemory<byte> InputHash, ItemPlace Place, int Concurrency);

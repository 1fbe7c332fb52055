namespace EasyQuant.Nodes.Messaging;

/// <summary>What a process group has done so far, in absolute numbers. Immutable.</summary>
/// <param name="StartId">Id of the start.</param>
/// <param name="GroupId">Id of the group.</param>
/// <param name="RunId">Run of the replica that reports.</param>
/// <param name="Epoch">Epoch of that run.</param>
/// <param name="Chunks">Chunks made durable.</param>
/// <param name="Rows">Rows of these chunks.</param>
/// <param name="Bytes">Bytes of these chunks.</param>
/// <param name="Dead">Chunks parked.</param>
/// <param name="ShardsDone">Shards, or producers of the input, that have ended.</param>
/// <param name="Errors">Failures of single chunks in this run.</param>
public sealed record GroupProgress(
    string StartId, string GroupId, string RunId, long Epoch, long Chunks, long Rows, long Bytes, long Dead, int ShardsDone, long Errors)
{
    /// <summary>What the nodes of the chain have done in this run, in order; empty (default) when nothing is known, which changes nothing.</summary>
    public IReadOnlyList<StageProgress> Stages { get; init; } = [];

    /// <summary>Parked chunks that are new or have changed, at most 200; empty (default) changes nothing.</summary>
    public IReadOnlyList<ParkedProgress> Parked { get; init; } = [];
}

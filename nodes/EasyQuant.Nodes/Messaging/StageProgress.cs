namespace EasyQuant.Nodes.Messaging;

/// <summary>What one node of a replica's chain has done since the replica took its run, over all lanes, in absolute numbers. Immutable.</summary>
/// <param name="NodeId">Id of the node in the group's chain.</param>
/// <param name="NodeType">Its type.</param>
/// <param name="Chunks">Chunks that it has finished.</param>
/// <param name="Rows">Rows that it gave on or wrote.</param>
/// <param name="Bytes">Estimated bytes of these rows in memory.</param>
/// <param name="BusyMicros">Microseconds in the node, over all lanes.</param>
/// <param name="WaitingMicros">Microseconds that it waited for its input, or chunks for a place in it.</param>
/// <param name="Errors">Failures of single chunks, counting each attempt.</param>
public sealed record StageProgress(
    string NodeId, string NodeType, long Chunks, long Rows, long Bytes, long BusyMicros, long WaitingMicros, long Errors);

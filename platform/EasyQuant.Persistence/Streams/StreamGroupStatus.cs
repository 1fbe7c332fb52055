namespace EasyQuant.Persistence.Streams;

/// <summary>One consumer group's view of a stream, summed over the producers. Immutable.</summary>
/// <param name="Group">Name.</param>
/// <param name="State">State of this view.</param>
/// <param name="DoneCount">Chunks consumed.</param>
/// <param name="DeadCount">Chunks parked.</param>
/// <param name="Total">Chunks in all; null while a producer is not closed.</param>
/// <param name="RowCount">Rows of the consumed chunks.</param>
/// <param name="ByteCount">Bytes of the consumed chunks.</param>
public sealed record StreamGroupStatus(string Group, StreamState State, long DoneCount, long DeadCount, long? Total, long RowCount, long ByteCount);

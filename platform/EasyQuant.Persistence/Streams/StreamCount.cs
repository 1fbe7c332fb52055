namespace EasyQuant.Persistence.Streams;

/// <summary>What a transaction adds to the counters of one producer in one group. Immutable.</summary>
/// <param name="Producer">Number of the producer.</param>
/// <param name="Done">Chunks consumed.</param>
/// <param name="Dead">Chunks parked; negative for replayed ones.</param>
/// <param name="Rows">Rows of the chunks consumed.</param>
/// <param name="Bytes">Bytes of the chunks consumed.</param>
public sealed record StreamCount(int Producer, long Done, long Dead, long Rows, long Bytes);

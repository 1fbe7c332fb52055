namespace EasyQuant.Persistence.Streams;

/// <summary>A chunk that the caller's transaction has claimed.</summary>
/// <param name="Position">Which one.</param>
/// <param name="IsReplay">Whether it was parked, and counted as dead, before.</param>
public readonly record struct StreamClaimedChunk(StreamPosition Position, bool IsReplay);

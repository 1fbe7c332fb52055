namespace EasyQuant.Persistence.Streams;

/// <summary>What a consumer may do with the chunks that it asked for. Immutable.</summary>
/// <param name="State">State of the group. When it is aborted, nothing was claimed.</param>
/// <param name="Fresh">Chunks whose effect is still to be made, by producer and sequence. All others were consumed or parked before: ack them.</param>
public sealed record StreamClaim(StreamState State, IReadOnlyList<StreamClaimedChunk> Fresh)
{
    /// <summary>Whether the effect of the chunk is still to be made.</summary>
    /// <param name="position">The chunk.</param>
    public bool IsFresh(StreamPosition position) => Fresh.Any(chunk => chunk.Position == position);
}

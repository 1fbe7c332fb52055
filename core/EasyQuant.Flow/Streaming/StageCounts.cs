namespace EasyQuant.Flow;

/// <summary>What one node of a chain has done in a lane, in absolute numbers. Measured, not exact: work that is done again is counted again.</summary>
/// <param name="Chunks">Chunks that it has finished.</param>
/// <param name="Rows">Rows of the chunks that it gave on; of those that it wrote for a sink.</param>
/// <param name="Bytes">Estimated bytes of these rows in memory.</param>
/// <param name="Busy">Time in the node, over all chunks; chunks of a sink may overlap. For a source the time until it gave a chunk.</param>
/// <param name="Waiting">Time that chunks waited for a place in the node: at a sink, because as many as it takes were on their way.</param>
/// <param name="Errors">Failures of single chunks, counting each attempt.</param>
public readonly record struct StageCounts(long Chunks, long Rows, long Bytes, TimeSpan Busy, TimeSpan Waiting, long Errors)
{
    /// <summary>Returns the sum of both.</summary>
    /// <param name="other">What is added.</param>
    public StageCounts Add(StageCounts other) => new(
        Chunks + other.Chunks, Rows + other.Rows, Bytes + other.Bytes, Busy + other.Busy, Waiting + other.Waiting, Errors + other.Errors);
}

namespace EasyQuant.Flow;

/// <summary>A node handler that starts a chain.</summary>
public interface IStreamSource : INodeHandler
{
    /// <summary>
    /// Reads one lane: one shard of the input, or deliveries of a topic until the stream is complete. The same shard gives the same chunks with the
    /// same sequences, whoever reads it and however often. Pulled one chunk at a time, so a slow chain makes a slow reader.
    /// </summary>
    /// <param name="execution">Surroundings; says which shard of how many.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="NodeException">The input cannot be read.</exception>
    IAsyncEnumerable<StreamChunk> StreamAsync(StreamExecution execution, CancellationToken cancellationToken);
}

namespace EasyQuant.Flow;

/// <summary>A node handler that ends a chain.</summary>
public interface IStreamSink : INodeHandler
{
    /// <summary>Chunks of one lane that may be on their way at once, at least 1. More hides the wait for a broker or a database.</summary>
    int WindowMax { get; }

    /// <summary>Bytes of the chunks of one lane that may be on their way at once; a chunk that is larger goes alone. Default: as many as <see cref="WindowMax"/> allows.</summary>
    long WindowBytesMax => long.MaxValue;

    /// <summary>
    /// Makes a chunk durable, once however often it comes, and then acknowledges its delivery. Several calls may run at once; each begins before the next one is made.
    /// </summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="execution">Surroundings.</param>
    /// <param name="cancellationToken">Ends the work; the chunk then comes again.</param>
    /// <returns>Pieces that were made of it, at least 1: what a source's shard is closed with. The same chunk gives the same count.</returns>
    /// <exception cref="NodeException">The chunk does not fit.</exception>
    Task<int> WriteAsync(StreamChunk chunk, StreamExecution execution, CancellationToken cancellationToken);
}

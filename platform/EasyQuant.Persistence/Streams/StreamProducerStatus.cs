namespace EasyQuant.Persistence.Streams;

/// <summary>One logical producer of a stream. Immutable.</summary>
/// <param name="Producer">Number, counted from 0.</param>
/// <param name="Epoch">Epoch of its latest start; 0 when it never started.</param>
/// <param name="Owner">Who holds it now; empty when nobody does.</param>
/// <param name="IsClosed">Whether it has ended.</param>
/// <param name="Total">Chunks that it sent in all; null while it is not closed.</param>
/// <param name="NextSequence">First sequence that it has not yet reported as confirmed.</param>
/// <param name="ProducedCount">Chunks counted by <see cref="StreamProducerStore.AddProducedAsync"/>.</param>
/// <param name="StartCount">Times that it was started.</param>
public sealed record StreamProducerStatus(
    int Producer, long Epoch, string Owner, bool IsClosed, long? Total, long NextSequence, long ProducedCount, int StartCount);

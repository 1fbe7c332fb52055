namespace EasyQuant.Persistence.Streams;

/// <summary>A chunk within its stream.</summary>
/// <param name="Producer">Number of the producer, counted from 0.</param>
/// <param name="Sequence">Position in the producer's input, counted from 0.</param>
public readonly record struct StreamPosition(int Producer, long Sequence);

namespace EasyQuant.Persistence.Streams;

/// <summary>The right to be one logical producer for a time. Immutable.</summary>
/// <param name="Stream">Id of the stream.</param>
/// <param name="Producer">Number of the producer, counted from 0.</param>
/// <param name="Epoch">Epoch to put on every chunk and to close with.</param>
/// <param name="NextSequence">Where to go on: every chunk before was confirmed. Starting over from 0 is as right.</param>
/// <param name="StartCount">Times that it was started, this one included.</param>
public sealed record StreamLease(string Stream, int Producer, long Epoch, long NextSequence, int StartCount);

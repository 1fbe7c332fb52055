namespace EasyQuant.Persistence.Streams;

/// <summary>What one call forgot. Immutable.</summary>
/// <param name="StreamCount">Streams that are gone.</param>
/// <param name="KeyCount">Keys of chunks that are gone, also of streams that still have some.</param>
public readonly record struct StreamsForgotten(int StreamCount, int KeyCount)
{
    /// <summary>Whether there was nothing to forget.</summary>
    public bool IsNothing => StreamCount == 0 && KeyCount == 0;
}

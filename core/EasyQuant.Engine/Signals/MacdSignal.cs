namespace EasyQuant.Engine;

/// <summary>
/// <see cref="MacdStrategy"/> as a signal strategy: enters where the line crosses above its signal, leaves while it is not above. A lane equals a run of the
/// event form with the same number of shares.
/// </summary>
/// <param name="Fast">Length of the fast average in bars, at least 1, less than <paramref name="Slow"/>.</param>
/// <param name="Slow">Length of the slow average in bars.</param>
/// <param name="Signal">Length of the average of the line, at least 1.</param>
/// <param name="Size">Units of quantity an entry, at least 1.</param>
public readonly record struct MacdSignal(int Fast, int Slow, int Signal, long Size) : ISignalStrategy
{
    /// <inheritdoc />
    public void Compute(SignalColumns columns, SignalOutput signals)
    {
        // The histogram is above 0 where the line is above its signal: a difference of doubles is 0 only when both are equal.
        (SignalColumn line, SignalColumn signal, _) = columns.Macd(Fast, Slow, Signal);
        signals.SetCross(line, signal);
        signals.Exit.SetAtLeast(signal, line);
        signals.Size = Size;
    }
}

namespace EasyQuant.Engine;

/// <summary>
/// <see cref="BollingerStrategy"/> as a signal strategy: enters while the close is below the lower band, leaves while it is at or above the middle. A lane
/// equals a run of the event form with the same number of shares.
/// </summary>
/// <param name="Period">Window in bars, at least 1.</param>
/// <param name="Deviations">Half width in standard deviations, above 0.</param>
/// <param name="Size">Units of quantity an entry, at least 1.</param>
public readonly record struct BollingerSignal(int Period, double Deviations, long Size) : ISignalStrategy
{
    /// <inheritdoc />
    public void Compute(SignalColumns columns, SignalOutput signals)
    {
        (SignalColumn middle, _, SignalColumn lower) = columns.Bollinger(Period, Deviations);
        signals.Entry.SetAbove(lower, columns.Close);
        signals.Exit.SetAtLeast(columns.Close, middle);
        signals.Size = Size;
    }
}

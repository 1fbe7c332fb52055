namespace EasyQuant.Engine;

/// <summary>
/// <see cref="RsiReversalStrategy"/> as a signal strategy: enters while the index is below the lower threshold, leaves while it is above the upper one. A lane
/// equals a run of the event form with the same number of shares.
/// </summary>
/// <param name="Period">Length of the index in bars, at least 1.</param>
/// <param name="BuyBelow">Lower threshold, 0 to 100.</param>
/// <param name="SellAbove">Upper threshold, above <paramref name="BuyBelow"/>, at most 100.</param>
/// <param name="Size">Units of quantity an entry, at least 1.</param>
public readonly record struct RsiReversalSignal(int Period, double BuyBelow, double SellAbove, long Size) : ISignalStrategy
{
    /// <inheritdoc />
    public void Compute(SignalColumns columns, SignalOutput signals)
    {
        SignalColumn index = columns.Rsi(Period);
        signals.Entry.SetBelow(index, BuyBelow);
        signals.Exit.SetAbove(index, SellAbove);
        signals.Size = Size;
    }
}

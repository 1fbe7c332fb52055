namespace EasyQuant.Engine;

/// <summary>
/// Moving-average cross of closes as a signal strategy: enters where the fast average rises above the slow one, leaves where it stops to
/// be above.
/// </summary>
/// <param name="Fast">Length of the fast average in bars, at least 1, less than <paramref name="Slow"/>.</param>
/// <param name="Slow">Length of the slow average in bars.</param>
/// <param name="Size">Units of quantity an entry, at least 1.</param>
public readonly record struct SmaCrossSignal(int Fast, int Slow, long Size) : ISignalStrategy
{
    /// <inheritdoc />
    public void Compute(SignalColumns columns, SignalOutput signals)
    {
        signals.SetCross(columns.Sma(Fast), columns.Sma(Slow));
        signals.Size = Size;
    }
}

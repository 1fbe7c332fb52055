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
    /// <summary>
    /// True leaves on every bar on which the fast average is not above the slow one, so that a sale which did not fill is given again: a lane then equals a run of
    /// <see cref="SmaCrossStrategy"/> with the same number of shares. False (default) leaves at the cross only.
    /// </summary>
    public bool RepeatsExit { get; init; }

    /// <inheritdoc />
    public void Compute(SignalColumns columns, SignalOutput signals)
    {
        (SignalColumn fast, SignalColumn slow) = (columns.Sma(Fast), columns.Sma(Slow));
        signals.SetCross(fast, slow);
        if (RepeatsExit)
        {
            signals.Exit.SetAtLeast(slow, fast);
        }

        signals.Size = Size;
    }
}

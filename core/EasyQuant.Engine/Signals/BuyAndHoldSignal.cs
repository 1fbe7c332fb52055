namespace EasyQuant.Engine;

/// <summary>
/// <see cref="BuyAndHoldStrategy"/> as a signal strategy: enters at every bar at which nothing is held, never leaves. A lane equals a run of the event form with
/// the same number of shares.
/// </summary>
/// <param name="Size">Units of quantity, at least 1.</param>
public readonly record struct BuyAndHoldSignal(long Size) : ISignalStrategy
{
    /// <inheritdoc />
    public void Compute(SignalColumns columns, SignalOutput signals)
    {
        signals.Entry.SetAll();
        signals.Size = Size;
    }
}

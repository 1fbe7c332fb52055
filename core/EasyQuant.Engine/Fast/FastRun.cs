using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// A finished run of the fast engine in the form in which it was made: what sweeps need is at hand, the lists of orders and fills are made on demand. Holds
/// memory of a pool until it is disposed. Not thread-safe.
/// </summary>
public sealed class FastRun : IDisposable
{
    private readonly TradingCore _core;
    private readonly RunRecorder _recorder;
    private bool _isDisposed;

    internal FastRun(TradingCore core, RunRecorder recorder, Money initialEquity)
    {
        InitialEquity = initialEquity;
        _core = core;
        _recorder = recorder;
        FinalEquity = new Money(core.Ledger.TotalEquity());
        OrderCount = core.Orders.Count;
        FillCount = core.Fills.Count;
    }

    /// <summary>Equity before the first day, over all accounts in the base currency.</summary>
    public Money InitialEquity { get; }

    /// <summary>One point a trading day, ascending; empty after <see cref="ToRun"/>.</summary>
    public IReadOnlyList<EquityPoint> Equity => _recorder.Equity;

    /// <summary>Equity at the end, over all accounts in the base currency.</summary>
    public Money FinalEquity { get; }

    /// <summary>Orders given.</summary>
    public int OrderCount { get; }

    /// <summary>Fills.</summary>
    public int FillCount { get; }

    /// <summary>Makes the result as <see cref="ReferenceEngine"/> hands it back. Can be called once.</summary>
    /// <exception cref="ObjectDisposedException">The run was disposed.</exception>
    public EngineRun ToRun()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _recorder.ToRun();
    }

    /// <summary>Gives the memory back to the pool. Idempotent.</summary>
    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            _core.Release();
        }
    }
}

using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// An event strategy: reacts to bars by giving market orders. Implement it as a sealed class or a struct: engines take it as a
/// generic argument, so its methods are inlined. One instance serves one run and is called by one thread. A strategy reads nothing but
/// its parameters, the bars it is handed and the context; so the same inputs give the same orders.
/// </summary>
public interface IStrategy
{
    /// <summary>Called once before the first bar: allocate per-instrument state here. Orders may not be given yet.</summary>
    /// <param name="context">The account and the market as they stand.</param>
    void OnStart(StrategyContext context);

    /// <summary>
    /// Called for every bar after the close of its day, instruments in order of symbol. All closes of the day are already known to the
    /// context. Orders given here fill at the instrument's next bar at the earliest.
    /// </summary>
    /// <param name="context">The account and the market as they stand.</param>
    /// <param name="instrument">Index of the bar's instrument, 0 to <see cref="StrategyContext.InstrumentCount"/> - 1.</param>
    /// <param name="bar">The bar.</param>
    void OnBar(StrategyContext context, int instrument, in Bar bar);

    /// <summary>Called once after the last bar. Orders given here expire.</summary>
    /// <param name="context">The account and the market as they stand.</param>
    void OnStop(StrategyContext context);
}

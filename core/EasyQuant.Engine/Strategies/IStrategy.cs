using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// An event strategy, the same for backtests and live trading. Implement it as a struct (or a sealed class): engines take it as a generic
/// argument, so that the methods of a struct are inlined. Members with a default body are called only when the type itself implements them, so a
/// struct that leaves them out is never boxed. One instance serves one run and is called by one thread. A strategy reads nothing but its
/// parameters, what it is handed and the context; so the same inputs give the same orders. Orders may be given in every member but
/// <see cref="OnStart"/>.
/// </summary>
public interface IStrategy
{
    /// <summary>
    /// Fields of bars that <see cref="OnBar"/> reads; the others are withheld: reading one throws, in every engine alike. Fewer fields make a run faster.
    /// Must not change during a run. Does not bear on <see cref="StrategyContext.History"/>. Default: all.
    /// </summary>
    BarFields FieldsRead => BarFields.All;

    /// <summary>Called once before the first bar: allocate per-instrument state here. Orders may not be given yet.</summary>
    /// <param name="context">The account and the market as they stand.</param>
    void OnStart(StrategyContext context);

    /// <summary>
    /// Called for every bar after its close, instruments in order of symbol. All closes of this time are already known to the
    /// context. Orders given here fill at the instrument's next bar at the earliest.
    /// </summary>
    /// <param name="context">The account and the market as they stand.</param>
    /// <param name="instrument">Index of the bar's instrument, 0 to <see cref="StrategyContext.InstrumentCount"/> - 1.</param>
    /// <param name="bar">The bar.</param>
    void OnBar(StrategyContext context, int instrument, in Bar bar);

    /// <summary>
    /// Called once a bar time, after <see cref="OnBar"/> of all instruments: the place for strategies that compare instruments. Called also
    /// at times at which no instrument has a bar.
    /// </summary>
    /// <param name="context">The account and the market as they stand.</param>
    void OnBarsComplete(StrategyContext context)
    {
    }

    /// <summary>Called for every fill of the strategy's orders, in order of execution: in a backtest after the bar in which it happened, before its <see cref="OnBar"/>.</summary>
    /// <param name="context">The account and the market as they stand.</param>
    /// <param name="fill">The fill.</param>
    void OnFill(StrategyContext context, in FillNotice fill)
    {
    }

    /// <summary>Called when an order has ended (filled, clipped, rejected, expired or cancelled), after its <see cref="OnFill"/>, in order of ending.</summary>
    /// <param name="context">The account and the market as they stand.</param>
    /// <param name="order">The order as it ended.</param>
    void OnOrder(StrategyContext context, in OrderNotice order)
    {
    }

    /// <summary>
    /// Called for every tick, live and in a backtest whose market has ticks (<see cref="InstrumentTicks"/>), in order of time and, at one time, of symbol. The bar that the
    /// tick lies in is not known yet; the last price is that of the tick. Orders given here fill at a later time: on the next tick of their instrument, or at its next
    /// bar when it has no ticks.
    /// </summary>
    /// <param name="context">The account and the market as they stand.</param>
    /// <param name="instrument">Index of the instrument.</param>
    /// <param name="tick">The price change.</param>
    void OnTick(StrategyContext context, int instrument, in Tick tick)
    {
    }

    /// <summary>
    /// Called live at a fixed interval of the host, and in a backtest before the first bar of each trading day, after the day's corporate actions, and with
    /// <see cref="BacktestSettings.HeartbeatMinutes"/> also within the day, before the ticks and the bar of a time. Before the first bar <see cref="StrategyContext.TradingDate"/> is the new day, no bar of it is known, and orders given here may fill at its first bar.
    /// </summary>
    /// <param name="context">The account and the market as they stand.</param>
    void OnHeartbeat(StrategyContext context)
    {
    }

    /// <summary>Called once after the last bar. Orders given here expire.</summary>
    /// <param name="context">The account and the market as they stand.</param>
    void OnStop(StrategyContext context);
}

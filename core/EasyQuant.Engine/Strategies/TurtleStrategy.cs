using EasyQuant.Domain;
using EasyQuant.Indicators;

namespace EasyQuant.Engine;

/// <summary>
/// Breakouts per instrument, after Richard Dennis's turtles (C. Faith, "The Original Turtle Trading Rules", 2003), decided at closes and long
/// only: buys a unit when the close exceeds the highest high of the bars before, adds units while it rises, sells everything when the close
/// falls below the lowest low of the shorter channel or too far below the last entry. A unit is sized so that a fall by N, the average true
/// range, costs a set share of equity.
/// </summary>
/// <param name="parameters">Channels, risk, units.</param>
public struct TurtleStrategy(TurtleParameters parameters) : IStrategy
{
    private State[] _states = [];

    /// <inheritdoc />
    public readonly BarFields FieldsRead => BarFields.High | BarFields.Low | BarFields.Close;

    /// <inheritdoc />
    public void OnStart(StrategyContext context)
    {
        _states = new State[context.InstrumentCount];
        for (int i = 0; i < _states.Length; i++)
        {
            _states[i] = new State
            {
                Entry = new DonchianStream(parameters.Entry),
                Exit = new DonchianStream(parameters.Exit),
                Range = new AtrStream(parameters.AtrPeriod),
                Upper = double.NaN,
                Lower = double.NaN,
            };
        }
    }

    /// <inheritdoc />
    public void OnFill(StrategyContext context, in FillNotice fill)
    {
        if (fill.Side == OrderSide.Buy)
        {
            ref State state = ref _states[fill.Instrument];
            state.LastEntry = fill.Price.Units;
            state.Units += state.LastOrder == fill.OrderId ? 0 : 1;
            state.LastOrder = fill.OrderId;
        }
        else if (context.Position(fill.Instrument) == 0)
        {
            _states[fill.Instrument].Units = 0;
        }
    }

    /// <inheritdoc />
    public void OnBar(StrategyContext context, int instrument, in Bar bar)
    {
        ref State state = ref _states[instrument];
        double close = bar.Close.Units;
        double upper = state.Upper;
        double lower = state.Lower;
        double range = state.Range.Next(bar.High.Units, bar.Low.Units, close);
        state.Upper = state.Entry.Next(bar.High.Units, bar.Low.Units).Upper;
        state.Lower = state.Exit.Next(bar.High.Units, bar.Low.Units).Lower;
        if (double.IsNaN(upper) || double.IsNaN(range) || range <= 0 || context.HasRestingOrder(instrument))
        {
            return;
        }

        long held = context.Position(instrument);
        if (held > 0 && (close < lower || close <= state.LastEntry - (parameters.StopAtr * range)))
        {
            context.Sell(instrument, held);
        }
        else if (((held == 0 && close > upper)
            || (held > 0 && state.Units < parameters.UnitsMax && close >= state.LastEntry + (parameters.AddAtr * range)))
            && Unit(context, instrument, close, range) is > 0 and var unit)
        {
            context.Buy(instrument, unit);
        }
    }

    /// <inheritdoc />
    public void OnStop(StrategyContext context)
    {
    }

    /// <summary>
    /// Equity times risk buys as many shares as lose it when the price falls by N: the budget is equity x risk x close / N. A unit that the cash
    /// does not pay is not bought.
    /// </summary>
    private readonly long Unit(StrategyContext context, int instrument, double close, double range)
    {
        double budget = context.Equity.Units * (parameters.RiskPpm / 1_000_000.0) * close / range;
        return budget > 0 && budget <= context.Cash.Units ? context.SharesFor(instrument, new Money((long)budget)) : 0;
    }

    private struct State
    {
        public DonchianStream Entry;
        public DonchianStream Exit;
        public AtrStream Range;
        public double Upper;
        public double Lower;
        public double LastEntry;
        public int Units;
        public int LastOrder;
    }
}

using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Doubles per instrument after falls, within limits: buys, buys twice as much each time the close has fallen a step below the last buy, at
/// most a set number of times, and sells everything at a set gain or loss on the average cost. Shipped as a warning: it wins often and
/// loses much.
/// </summary>
/// <param name="parameters">Steps and limits.</param>
public struct MartingaleStrategy(MartingaleParameters parameters) : IStrategy
{
    private State[] _states = [];

    /// <inheritdoc />
    public readonly BarFields FieldsRead => BarFields.Close;

    /// <inheritdoc />
    public void OnStart(StrategyContext context) => _states = new State[context.InstrumentCount];

    /// <inheritdoc />
    public void OnFill(StrategyContext context, in FillNotice fill)
    {
        ref State state = ref _states[fill.Instrument];
        if (fill.Side == OrderSide.Buy)
        {
            state.Paid += (Int128)fill.Price.Units * fill.Quantity.Units;
            state.Bought += fill.Quantity.Units;
            state.LastBuy = fill.Price.Units;
            bool isSameOrder = state.LastOrder == fill.OrderId;
            state.LastQuantity = fill.Quantity.Units + (isSameOrder ? state.LastQuantity : 0);
            state.Buys += isSameOrder ? 0 : 1;
            state.LastOrder = fill.OrderId;
        }
        else if (context.Position(fill.Instrument) == 0)
        {
            state = default;
        }
    }

    /// <inheritdoc />
    public void OnBar(StrategyContext context, int instrument, in Bar bar)
    {
        if (context.HasRestingOrder(instrument))
        {
            return;
        }

        ref State state = ref _states[instrument];
        long close = bar.Close.Units;
        long held = context.Position(instrument);
        if (held == 0)
        {
            state = default;
            if (First(context, instrument) is > 0 and var first)
            {
                context.Buy(instrument, first);
            }

            return;
        }

        // Close against average cost, both times the shares bought and a million: exact.
        Int128 now = (Int128)close * state.Bought * 1_000_000;
        if (now >= state.Paid * (1_000_000 + parameters.TakeProfitPpm) || now <= state.Paid * (1_000_000 - parameters.StopLossPpm))
        {
            context.Sell(instrument, held);
        }
        else if (state.Buys <= parameters.DoublingsMax && (Int128)close * 1_000_000 <= (Int128)state.LastBuy * (1_000_000 - parameters.DropPpm))
        {
            context.Buy(instrument, checked(state.LastQuantity * 2));
        }
    }

    /// <inheritdoc />
    public void OnStop(StrategyContext context)
    {
    }

    /// <summary>1 + 2 + 4 + ... of the first buy must fit the instrument's share of equity.</summary>
    private readonly long First(StrategyContext context, int instrument) => parameters.Size == default
        ? context.SharesFor(
            instrument, new Money(Math.Max(0, context.Equity.Units) / context.InstrumentCount / ((1L << (parameters.DoublingsMax + 1)) - 1)))
        : parameters.Size.Resolve(context, instrument);

    private struct State
    {
        public Int128 Paid;
        public long Bought;
        public long LastBuy;
        public long LastQuantity;
        public int Buys;
        public int LastOrder;
    }
}

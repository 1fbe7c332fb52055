using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// A grid per instrument below an anchor price: buys a unit at each line that the close falls to, sells the last unit when the close is one
/// line higher again. While nothing is held the anchor follows the highest close, so a rising market pulls the grid up. The lines end: below
/// the last one nothing more is bought.
/// </summary>
/// <param name="parameters">Distance, lines, size.</param>
public struct GridStrategy(GridParameters parameters) : IStrategy
{
    private long[] _anchor = [];
    private long[] _unit = [];

    /// <inheritdoc />
    public readonly BarFields FieldsRead => BarFields.Close;

    /// <inheritdoc />
    public void OnStart(StrategyContext context)
    {
        _anchor = new long[context.InstrumentCount];
        _unit = new long[context.InstrumentCount];
    }

    /// <inheritdoc />
    public void OnBar(StrategyContext context, int instrument, in Bar bar)
    {
        if (context.HasRestingOrder(instrument))
        {
            return;
        }

        long close = bar.Close.Units;
        long held = context.Position(instrument);
        if (held == 0)
        {
            _anchor[instrument] = Math.Max(_anchor[instrument], close);
            _unit[instrument] = parameters.Size == default
                ? context.SharesFor(instrument, new Money(Math.Max(0, context.Equity.Units) / context.InstrumentCount / parameters.Levels))
                : parameters.Size.Resolve(context, instrument);
        }

        long step = Math.Max(1, (long)((Int128)_anchor[instrument] * parameters.StepPpm / 1_000_000));
        long unit = _unit[instrument];
        long lines = unit == 0 ? 0 : (held + unit - 1) / unit;
        long fall = _anchor[instrument] - close;
        if (unit > 0 && fall >= (lines + 1) * step && lines < parameters.Levels)
        {
            context.Buy(instrument, unit);
        }
        else if (lines > 0 && fall <= (lines - 1) * step)
        {
            context.Sell(instrument, Math.Min(held, unit));
        }
    }

    /// <inheritdoc />
    public void OnStop(StrategyContext context)
    {
    }
}

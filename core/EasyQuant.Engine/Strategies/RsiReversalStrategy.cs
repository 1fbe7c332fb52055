using EasyQuant.Domain;
using EasyQuant.Indicators;

namespace EasyQuant.Engine;

/// <summary>Reversal per instrument on Wilder's index of closes: buys when it is below the lower threshold, sells everything when it is above the upper one.</summary>
/// <param name="period">Length of the index, at least 1.</param>
/// <param name="buyBelow">Lower threshold, 0 to 100.</param>
/// <param name="sellAbove">Upper threshold, above <paramref name="buyBelow"/>, at most 100.</param>
/// <param name="size">How much to buy.</param>
public struct RsiReversalStrategy(int period, double buyBelow, double sellAbove, OrderSize size) : IStrategy
{
    private RsiStream[] _index = [];

    /// <inheritdoc />
    public readonly BarFields FieldsRead => BarFields.Close;

    /// <inheritdoc />
    public void OnStart(StrategyContext context)
    {
        _index = new RsiStream[context.InstrumentCount];
        for (int i = 0; i < _index.Length; i++)
        {
            _index[i] = new RsiStream(period);
        }
    }

    /// <inheritdoc />
    public void OnBar(StrategyContext context, int instrument, in Bar bar)
    {
        double index = _index[instrument].Next(bar.Close.Units);
        if (double.IsNaN(index) || context.HasRestingOrder(instrument))
        {
            return;
        }

        long held = context.Position(instrument);
        if (index < buyBelow && held == 0)
        {
            size.Buy(context, instrument);
        }
        else if (index > sellAbove && held > 0)
        {
            context.Sell(instrument, held);
        }
    }

    /// <inheritdoc />
    public void OnStop(StrategyContext context)
    {
    }
}

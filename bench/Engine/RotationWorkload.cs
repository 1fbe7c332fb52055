using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Bench.Engine;

/// <summary>
/// The workload W3: on the last trading day of a month ranks the change of closes over a number of bars, sells what left the top and buys what is new in it, an
/// equal part of 98 % of equity each, in whole hundreds.
/// </summary>
internal struct RotationWorkload(int lookback, int top) : IStrategy
{
    private double[] _change = [];
    private int[] _order = [];
    private bool[] _isTop = [];

    public readonly BarFields FieldsRead => BarFields.None;

    public void OnStart(StrategyContext context)
    {
        _change = new double[context.InstrumentCount];
        _order = new int[context.InstrumentCount];
        _isTop = new bool[context.InstrumentCount];
    }

    public void OnBar(StrategyContext context, int instrument, in Bar bar)
    {
    }

    public void OnBarsComplete(StrategyContext context)
    {
        if (context.BarCount <= lookback || !context.IsLastDayOfMonth || !context.IsLastBarOfDay)
        {
            return;
        }

        for (int i = 0; i < _order.Length; i++)
        {
            ReadOnlySpan<long> closes = context.History(i, BarField.Close);
            _order[i] = i;
            _isTop[i] = false;
            _change[i] = closes.Length <= lookback ? 1 : 1 - ((double)closes[^1] / closes[closes.Length - 1 - lookback]);
        }

        Array.Sort(_change, _order);
        int count = Math.Min(top, _order.Length);
        foreach (int instrument in _order.AsSpan(0, count))
        {
            _isTop[instrument] = true;
        }

        for (int i = 0; i < _isTop.Length; i++)
        {
            if (!_isTop[i] && context.Position(i) > 0)
            {
                context.Sell(i, context.Position(i));
            }
        }

        foreach (int instrument in _order.AsSpan(0, count))
        {
            long price = context.LastClose(instrument);
            if (context.Position(instrument) == 0 && price > 0)
            {
                Int128 scaled = (Int128)context.Equity.Units * ScaledDecimal.PowerOfTen(context.InstrumentAt(instrument).PriceScale - Money.Scale);
                long quantity = (long)(scaled * 98 / ((Int128)top * price * 10_000)) * 100;
                if (quantity > 0)
                {
                    context.Buy(instrument, quantity);
                }
            }
        }
    }

    public void OnStop(StrategyContext context)
    {
    }
}

using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>
/// The workload W3: on the last trading day of a month, from day 120 on, ranks the instruments by 120-day return; sells drop-outs of the top 20 and buys
/// newcomers in order of rank for 0.98 x equity / 20 each. Needs a bar of every instrument every day.
/// </summary>
internal struct MonthlyRotation : IStrategy
{
    private const int Lookback = 120;
    private const int TopCount = 20;
    private double[] _keys;
    private int[] _ranks;
    private bool[] _isTop;

    public void OnStart(StrategyContext context)
    {
        _keys = new double[context.InstrumentCount];
        _ranks = new int[context.InstrumentCount];
        _isTop = new bool[context.InstrumentCount];
    }

    public readonly void OnBar(StrategyContext context, int instrument, in Bar bar)
    {
    }

    public readonly void OnBarsComplete(StrategyContext context)
    {
        if (context.BarCount <= Lookback || !context.IsLastDayOfMonth)
        {
            return;
        }

        for (int i = 0; i < _keys.Length; i++)
        {
            ReadOnlySpan<long> closes = context.History(i, BarField.Close);
            _keys[i] = 1 - ((double)closes[^1] / closes[^(Lookback + 1)]);
            _ranks[i] = i;
            _isTop[i] = false;
        }

        Array.Sort(_keys, _ranks);
        for (int rank = 0; rank < TopCount; rank++)
        {
            _isTop[_ranks[rank]] = true;
        }

        for (int i = 0; i < _isTop.Length; i++)
        {
            if (!_isTop[i])
            {
                context.Sell(i, context.Position(i));
            }
        }

        long budget = context.Equity.Units;
        for (int rank = 0; rank < TopCount; rank++)
        {
            int i = _ranks[rank];
            if (context.Position(i) == 0)
            {
                context.Buy(i, (long)((Int128)budget * 98 * 10_000 / (Int128)(100L * TopCount * 100) / context.LastClose(i)) * 100);
            }
        }
    }

    public readonly void OnStop(StrategyContext context)
    {
    }
}

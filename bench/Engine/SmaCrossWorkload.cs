using System.Numerics;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Bench.Engine;

/// <summary>
/// W1 as an event strategy for one instrument: rolling sums of closes in price units, exact, compared after multiplication with the other length. Buys a
/// fixed size where the fast average rises above the slow one, sells everything where it stops to be above.
/// </summary>
internal struct SmaCrossWorkload(int fast, int slow, long size) : IStrategy
{
    // The last closes in a ring whose length is a power of two above the slow length, 0 before the first bar.
    private long[] _closes = [];
    private long _fastSum;
    private long _slowSum;
    private int _seen;
    private int _trend;

    public void OnStart(StrategyContext context) => _closes = new long[BitOperations.RoundUpToPowerOf2((uint)slow + 1)];

    public void OnBar(StrategyContext context, int instrument, in Bar bar)
    {
        long close = bar.Close.Units;
        long[] closes = _closes;
        int seen = _seen++;
        _fastSum += close - closes[(seen - fast) & (closes.Length - 1)];
        _slowSum += close - closes[(seen - slow) & (closes.Length - 1)];
        closes[seen & (closes.Length - 1)] = close;
        if (seen < slow - 1)
        {
            return;
        }

        int trend = _fastSum * slow > _slowSum * fast ? 1 : -1;
        int before = _trend;
        _trend = trend;
        if (trend == before || before == 0 || context.HasRestingOrder(instrument))
        {
            return;
        }

        long held = context.Position(instrument);
        if (trend > 0 && held == 0)
        {
            context.Buy(instrument, size);
        }
        else if (trend < 0 && held > 0)
        {
            context.Sell(instrument, held);
        }
    }

    public void OnStop(StrategyContext context)
    {
    }
}

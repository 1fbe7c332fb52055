using System.Numerics;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Bench.Engine;

/// <summary>
/// W1 as an event strategy for one instrument: sums of closes in price units, exact, each times the other length, kept as one rolling difference. Buys a
/// fixed size where the fast average rises above the slow one, sells everything where it stops to be above.
/// </summary>
internal struct SmaCrossWorkload(int fast, int slow, long size) : IStrategy
{
    // The last closes in a ring whose length is a power of two above the slow length, 0 before the first bar.
    private long[] _closes = [];
    // Fast sum x slow length less slow sum x fast length: above 0 when the fast average is above the slow one.
    private long _difference;
    private int _seen;
    private bool _isAbove;

    public readonly BarFields FieldsRead => BarFields.Close;

    public void OnStart(StrategyContext context) => _closes = new long[BitOperations.RoundUpToPowerOf2((uint)slow + 1)];

    public void OnBar(StrategyContext context, int instrument, in Bar bar)
    {
        long close = bar.Close.Units;
        long[] closes = _closes;
        int seen = _seen++;
        _difference += ((close - closes[(seen - fast) & (closes.Length - 1)]) * slow) - ((close - closes[(seen - slow) & (closes.Length - 1)]) * fast);
        closes[seen & (closes.Length - 1)] = close;
        bool isAbove = _difference > 0;
        if (isAbove == _isAbove || seen < slow)
        {
            _isAbove = isAbove;
            return;
        }

        _isAbove = isAbove;
        if (context.HasRestingOrder(instrument))
        {
            return;
        }

        long held = context.Position(instrument);
        if (isAbove && held == 0)
        {
            context.Buy(instrument, size);
        }
        else if (!isAbove && held > 0)
        {
            context.Sell(instrument, held);
        }
    }

    public void OnStop(StrategyContext context)
    {
    }
}

using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>States some fields of a bar and gives orders that depend on others, or on the bar as a whole.</summary>
internal struct NarrowStrategy(BarFields stated, BarFields read, ulong seed) : IStrategy
{
    private ulong _state = seed | 1;

    public readonly BarFields FieldsRead => stated;

    public void OnStart(StrategyContext context)
    {
    }

    public void OnBar(StrategyContext context, int instrument, in Bar bar)
    {
        Mix(bar.TradingDate.DayNumber);
        Mix((read & BarFields.Open) != 0 ? bar.Open.Units : 1);
        Mix((read & BarFields.High) != 0 ? bar.High.Units : 1);
        Mix((read & BarFields.Low) != 0 ? bar.Low.Units : 1);
        Mix((read & BarFields.Close) != 0 ? bar.Close.Units : 1);
        Mix((read & BarFields.Volume) != 0 ? bar.Volume.Units : 1);
        Mix((read & BarFields.PreviousClose) != 0 ? bar.PreviousClose.Units : 1);
        Mix((read & BarFields.Amount) != 0 ? bar.Amount.Units : 1);
        Mix(bar == default(Bar) ? 1 : 2);
        foreach (char letter in bar.ToString())
        {
            Mix(letter);
        }

        if (_state % 3 == 0)
        {
            _ = _state % 2 == 0 ? context.Buy(instrument, 100) : context.Sell(instrument, 100);
        }
    }

    public void OnStop(StrategyContext context)
    {
    }

    private void Mix(long value) => _state = ((_state ^ (ulong)value) * 0x9E3779B97F4A7C15) ^ (_state >> 29);
}

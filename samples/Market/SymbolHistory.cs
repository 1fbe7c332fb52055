using EasyQuant.Domain;

namespace EasyQuant.Samples.Market;

/// <summary>Bars of one synthetic symbol. Prices are cents, volumes shares in lots of 100, amounts whole CNY; all arithmetic is on integers.</summary>
internal sealed class SymbolHistory
{
    /// <summary>One bar.</summary>
    public readonly record struct Bar(DateOnly Date, int Open, int High, int Low, int Close, int PreClose, long Volume, long Amount);

    private SymbolHistory(Symbol symbol, List<Bar> bars)
    {
        Symbol = symbol;
        Bars = bars;
    }

    public Symbol Symbol { get; }

    /// <summary>Ascending; days without trading have no bar.</summary>
    public List<Bar> Bars { get; }

    public static SymbolHistory Generate(Symbol symbol, DateOnly[] days, int[] marketMoves, SampleRandom random)
    {
        int limitPercent = symbol.Code.StartsWith("300", StringComparison.Ordinal) || symbol.Code.StartsWith("688", StringComparison.Ordinal) ? 20 : 10;
        var bars = new List<Bar>(days.Length);
        int close = random.Between(500, 6000);
        int drift = 0;
        int regimeLeft = 0;
        int suspendedLeft = 0;
        long baseLots = random.Between(2_000, 40_000);
        for (int i = 0; i < days.Length; i++)
        {
            if (regimeLeft-- <= 0)
            {
                drift = random.Between(-28, 32);
                regimeLeft = random.Between(20, 70);
            }

            int move = drift + marketMoves[i] + random.Bell(220);
            int forced = random.OneIn(180) ? (random.OneIn(2) ? 1 : -1) : 0;
            if (i > 0 && i < days.Length - 30 && random.OneIn(400))
            {
                suspendedLeft = random.Between(3, 12);
            }

            Bar bar = Trade(days[i], close, limitPercent, move, forced, baseLots, random);
            if (suspendedLeft > 0)
            {
                suspendedLeft--;
                continue;
            }

            bars.Add(bar);
            close = bar.Close;
        }

        return new SymbolHistory(symbol, bars);
    }

    private static Bar Trade(DateOnly date, int preClose, int limitPercent, int move, int forced, long baseLots, SampleRandom random)
    {
        int up = Round(preClose * (100L + limitPercent), 100);
        int down = Math.Max(1, Round(preClose * (100L - limitPercent), 100));
        int open = Math.Clamp(Round(preClose * (10_000L + (move / 3) + random.Bell(60)), 10_000), down, up);
        int close = Math.Clamp(Round(preClose * (10_000L + move), 10_000), down, up);
        if (forced != 0)
        {
            close = forced > 0 ? up : down;
            open = random.OneIn(3) ? close : open;
        }

        int high = Math.Min(up, Math.Max(open, close) + Round((long)preClose * random.Between(0, 120), 10_000));
        int low = Math.Max(down, Math.Min(open, close) - Round((long)preClose * random.Between(0, 120), 10_000));
        bool isOnePrice = forced != 0 && open == close;
        if (isOnePrice)
        {
            (high, low) = (close, close);
        }

        long lots = (baseLots * random.Between(60, 140) / 100) + (baseLots * Math.Abs(move) / 400);
        long volume = 100 * Math.Max(1, isOnePrice ? lots / 10 : lots);
        long amount = ((volume * (open + high + low + close)) + 200) / 400;
        return new Bar(date, open, high, low, close, preClose, volume, amount);
    }

    /// <summary>Quotient rounded half up; both parts positive.</summary>
    private static int Round(long value, int divisor) => (int)((value + (divisor / 2)) / divisor);
}

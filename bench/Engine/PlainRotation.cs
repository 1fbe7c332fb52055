namespace EasyQuant.Bench.Engine;

/// <summary>The hand-written loop of W3 over plain arrays: equity at every close, ranking on the last trading day of a month.</summary>
internal static class PlainRotation
{
    private const int Lookback = 120;
    private const int Top = 20;
    private const int Symbols = EngineData.SymbolCount;
    private const int Days = EngineData.DayCount;

    /// <summary>Runs the loop.</summary>
    /// <param name="open">Open of day t of symbol s at s x days + t.</param>
    /// <param name="close">Closes in the same order.</param>
    /// <param name="calendar">The days.</param>
    public static (double Equity, int Fills) Run(double[] open, double[] close, IReadOnlyList<DateOnly> calendar)
    {
        double cash = EngineData.CashYuan;
        double[] held = new double[Symbols];
        double[] change = new double[Symbols];
        int[] order = new int[Symbols];
        bool[] isTop = new bool[Symbols];
        List<int> sells = [];
        List<(int Symbol, double Quantity)> buys = [];
        int fills = 0;
        double equity = cash;
        for (int t = 0; t < Days; t++)
        {
            Trade(open, t, held, ref cash, ref fills, sells, buys);
            equity = cash;
            for (int s = 0; s < Symbols; s++)
            {
                equity += held[s] * close[(s * Days) + t];
            }

            if (t < Lookback || t + 1 >= Days || calendar[t].Month == calendar[t + 1].Month)
            {
                continue;
            }

            for (int s = 0; s < Symbols; s++)
            {
                change[s] = 1 - (close[(s * Days) + t] / close[(s * Days) + t - Lookback]);
                order[s] = s;
                isTop[s] = false;
            }

            Array.Sort(change, order);
            for (int i = 0; i < Top; i++)
            {
                isTop[order[i]] = true;
            }

            sells.AddRange(Enumerable.Range(0, Symbols).Where(s => held[s] > 0 && !isTop[s]));
            foreach (int s in order.AsSpan(0, Top))
            {
                double quantity = Math.Floor(equity * 0.98 / Top / close[(s * Days) + t] / 100) * 100;
                if (held[s] == 0 && quantity >= 100)
                {
                    buys.Add((s, quantity));
                }
            }
        }

        return (equity, fills);
    }

    private static void Trade(
        double[] open, int t, double[] held, ref double cash, ref int fills, List<int> sells, List<(int Symbol, double Quantity)> buys)
    {
        foreach (int s in sells)
        {
            double value = held[s] * open[(s * Days) + t];
            cash += value - Math.Max(5, value * 0.0003) - (value * 0.001);
            held[s] = 0;
            fills++;
        }

        foreach ((int s, double wanted) in buys)
        {
            double price = open[(s * Days) + t];
            double quantity = wanted;
            double cost = Cost(quantity * price);
            if (cost > cash)
            {
                quantity = Math.Floor(cash / (price * 1.0003) / 100) * 100;
                cost = Cost(quantity * price);
                if (quantity < 100 || cost > cash)
                {
                    continue;
                }
            }

            cash -= cost;
            held[s] += quantity;
            fills++;
        }

        sells.Clear();
        buys.Clear();
    }

    private static double Cost(double value) => value + Math.Max(5, value * 0.0003);
}

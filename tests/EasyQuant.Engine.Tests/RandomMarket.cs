using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>Small random markets with suspensions, limit moves, days without volume and different boards, from a seed.</summary>
internal static class RandomMarket
{
    private static readonly string[] s_symbols = ["000001.SZ", "300750.SZ", "430047.BJ", "600000.SH", "688001.SH"];

    public static MarketPanel Make(int seed)
    {
        Random random = new(seed);
        int dayCount = random.Next(5, 60);
        PanelBuilder builder = new(new DateOnly(2023, 7, 3), dayCount);
        foreach (string symbol in s_symbols.Take(random.Next(1, s_symbols.Length + 1)))
        {
            List<int> days = [];
            List<long> open = [];
            List<long> close = [];
            List<long> volume = [];
            long price = random.Next(200, 5000) * 100L;
            for (int day = 0; day < dayCount; day++)
            {
                if (random.Next(10) == 0)
                {
                    continue;
                }

                days.Add(day);
                open.Add(Move(random, price));
                price = Move(random, open[^1]);
                close.Add(price);
                volume.Add(random.Next(15) == 0 ? 0 : random.Next(1, 1000) * 100);
            }

            builder.Add(symbol, [.. days], [.. open], [.. close], [.. volume]);
        }

        return builder.Build();
    }

    private static long Move(Random random, long price)
    {
        double percent = random.Next(8) == 0 ? (random.Next(2) == 0 ? 0.1 : -0.1) : (random.NextDouble() - 0.5) * 0.08;
        return Math.Max(100, (long)Math.Round(price * (1 + percent) / 100) * 100);
    }
}

namespace EasyQuant.Core.Tests.Data.Import;

/// <summary>One bar of the canonical series: prices in cents, volume a multiple of 100, amount whole CNY that a 32-bit float holds.</summary>
/// <param name="Start">Local start of the bar; midnight for days.</param>
internal sealed record CanonicalBar(DateTime Start, int Open, int High, int Low, int Close, int Volume, int Amount, int PreClose)
{
    /// <summary>A seeded walk with a gap of days, a halt (no bar), a limit-up day of one price and a split.</summary>
    public static CanonicalBar[] Days(int seed)
    {
        var random = new Random(seed);
        var bars = new List<CanonicalBar>();
        int close = 1234;
        DateTime day = new(2024, 1, 2);
        for (int i = 0; i < 40; i++, day = day.AddDays(day.DayOfWeek == DayOfWeek.Friday ? 3 : 1))
        {
            int preClose = i == 20 ? close / 2 : close;
            if (i is 9 or 10 or 11)
            {
                continue;
            }

            bars.Add(Next(random, day, preClose, isLimitUp: i == 15));
            close = bars[^1].Close;
        }

        return [.. bars];
    }

    /// <summary>Minutes of two days, with a hole and the pause of noon.</summary>
    public static CanonicalBar[] Minutes(int seed)
    {
        var random = new Random(seed);
        var bars = new List<CanonicalBar>();
        int close = 987;
        foreach (DateTime start in from day in new[] { 2, 3 } from minute in new[] { 570, 571, 572, 574, 689, 780, 781, 899 } select new DateTime(2024, 1, day).AddMinutes(minute))
        {
            bars.Add(Next(random, start, close, isLimitUp: false));
            close = bars[^1].Close;
        }

        return [.. bars];
    }

    private static CanonicalBar Next(Random random, DateTime start, int preClose, bool isLimitUp)
    {
        int limit = ((preClose * 110) + 50) / 100;
        int open = isLimitUp ? limit : preClose + random.Next(-20, 21);
        int close = isLimitUp ? limit : preClose + random.Next(-30, 31);
        int high = Math.Max(open, close) + (isLimitUp ? 0 : random.Next(10));
        int low = Math.Min(open, close) - (isLimitUp ? 0 : random.Next(10));
        int volume = 100 * random.Next(1, 9000);
        return new CanonicalBar(start, open, high, low, close, volume, random.Next(1, 16_000) * 1000, preClose);
    }
}

using System.Globalization;

namespace EasyQuant.Engine;

/// <summary>Round values and dates for axes.</summary>
internal static class ChartAxis
{
    /// <summary>Ticks at multiples of 1, 2 or 5 times a power of ten that span the range; at least two.</summary>
    public static double[] Ticks(double low, double high, int about)
    {
        if (!(high - low > 1e-12 * Math.Max(1, Math.Abs(high))))
        {
            double spread = high == 0 ? 1 : Math.Abs(high) * 0.1;
            (low, high) = (low - spread, high + spread);
        }

        double raw = (high - low) / about;
        double power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        double step = power * (raw / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
        double first = Math.Floor(low / step);
        double last = Math.Ceiling(high / step);
        return [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => (first + i) * step)];
    }

    /// <summary>First indices of months or years, spread so that at most <paramref name="max"/> remain, with their labels.</summary>
    public static List<(int Index, string Label)> DateTicks(IReadOnlyList<DateOnly> dates, int max)
    {
        List<(int Index, string Label)> ticks = [];
        int months = ((dates[^1].Year - dates[0].Year) * 12) + dates[^1].Month - dates[0].Month + 1;
        int[] steps = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200];
        int step = steps.FirstOrDefault(one => months <= one * max, 12_000);
        for (int i = 1; i < dates.Count; i++)
        {
            int month = (dates[i].Year * 12) + dates[i].Month - 1;
            if (month != (dates[i - 1].Year * 12) + dates[i - 1].Month - 1 && month % step == 0)
            {
                ticks.Add((i, dates[i].ToString(step >= 12 ? "yyyy" : "yyyy-MM", CultureInfo.InvariantCulture)));
            }
        }

        if (ticks.Count < 2)
        {
            ticks = [(0, dates[0].ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))];
            if (dates.Count > 1)
            {
                ticks.Add((dates.Count - 1, dates[^1].ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
            }
        }

        return ticks;
    }

    /// <summary>Text of a value; amounts from 10,000 on are shortened.</summary>
    public static string Format(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}

using System.Collections.Immutable;

namespace EasyQuant.Engine;

/// <summary>
/// Levels of a composite benchmark, brought back to its weights every day: each day's return is the weighted mean of the parts' returns from close to
/// close. A part without a bar on a day has return 0; corporate actions count through the reference prices. Ratios in double, in the order of the parts.
/// </summary>
internal static class BenchmarkLevels
{
    public static ImmutableArray<double> Of(MarketPanel panel, ImmutableArray<BenchmarkPart> parts, int firstDay, int endDay)
    {
        if (parts.IsEmpty)
        {
            return [];
        }

        ImmutableArray<double>.Builder levels = ImmutableArray.CreateBuilder<double>(endDay - firstDay);
        double level = 1;
        for (int day = firstDay; day < endDay; day++)
        {
            double dayReturn = 0;
            foreach (BenchmarkPart part in parts)
            {
                dayReturn += part.WeightPpm / 1_000_000.0 * ReturnOf(panel, panel.IndexForBenchmark(part.Symbol), day);
            }

            level *= 1 + dayReturn;
            levels.Add(level);
        }

        return levels.MoveToImmutable();
    }

    private static double ReturnOf(MarketPanel panel, int instrument, int day)
    {
        InstrumentBars series = panel.SeriesOrReference(instrument);
        int last = series.RowFrom(panel.Axis.EndBarOf(day)) - 1;
        long reference = panel.PreviousClosesOf(instrument).Span[day];
        return last < series.RowFrom(panel.Axis.FirstBarOf(day)) || reference <= 0 ? 0 : ((double)series.Close.Span[last] / reference) - 1;
    }
}

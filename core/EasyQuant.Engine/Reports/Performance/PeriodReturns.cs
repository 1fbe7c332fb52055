using System.Collections.Immutable;

namespace EasyQuant.Engine;

/// <summary>Compounds daily returns over calendar months and years.</summary>
internal static class PeriodReturns
{
    public static ImmutableArray<PeriodReturn> ByMonth(ImmutableArray<EquityPoint> equity, double[] returns, double[] benchmark) =>
        By(equity, returns, benchmark, date => (date.Year, date.Month));

    public static ImmutableArray<PeriodReturn> ByYear(ImmutableArray<EquityPoint> equity, double[] returns, double[] benchmark) =>
        By(equity, returns, benchmark, date => (date.Year, 0));

    private static ImmutableArray<PeriodReturn> By(
        ImmutableArray<EquityPoint> equity, double[] returns, double[] benchmark, Func<DateOnly, (int Year, int Month)> periodOf)
    {
        ImmutableArray<PeriodReturn>.Builder periods = ImmutableArray.CreateBuilder<PeriodReturn>();
        for (int start = 0, end; start < returns.Length; start = end)
        {
            (int year, int month) = periodOf(equity[start].TradingDate);
            end = start + 1;
            while (end < returns.Length && periodOf(equity[end].TradingDate) == (year, month))
            {
                end++;
            }

            periods.Add(new PeriodReturn(
                year,
                month,
                Compound(returns.AsSpan(start, end - start)),
                benchmark.Length == 0 ? null : Compound(benchmark.AsSpan(start, end - start))));
        }

        return periods.ToImmutable();
    }

    /// <summary>Product of 1 + return, minus 1.</summary>
    public static double Compound(ReadOnlySpan<double> returns)
    {
        double growth = 1;
        foreach (double one in returns)
        {
            growth *= 1 + one;
        }

        return growth - 1;
    }
}

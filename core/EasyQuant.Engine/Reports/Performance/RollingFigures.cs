using System.Collections.Immutable;

namespace EasyQuant.Engine;

/// <summary>Figures of windows that end on each day; each window is computed anew, so rounding never drifts.</summary>
internal static class RollingFigures
{
    public static ImmutableArray<RollingPoint> Of(
        ImmutableArray<EquityPoint> equity, double[] returns, double[] benchmark, ReportOptions options)
    {
        int window = options.RollingDays;
        if (returns.Length < window)
        {
            return [];
        }

        ImmutableArray<RollingPoint>.Builder points = ImmutableArray.CreateBuilder<RollingPoint>(returns.Length - window + 1);
        for (int end = window; end <= returns.Length; end++)
        {
            ReadOnlySpan<double> own = returns.AsSpan(end - window, window);
            points.Add(new RollingPoint(
                equity[end - 1].TradingDate,
                PeriodReturns.Compound(own),
                (Sample.Deviation(own) ?? 0) * Math.Sqrt(options.PeriodsPerYear),
                RatioFigures.Sharpe(own, options),
                benchmark.Length == 0 ? null : RatioFigures.Beta(own, benchmark.AsSpan(end - window, window))));
        }

        return points.MoveToImmutable();
    }
}

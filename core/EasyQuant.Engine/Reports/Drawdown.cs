using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>The largest fall of an equity curve; of equal ones the first.</summary>
internal readonly record struct Drawdown(double Depth, DateOnly? PeakDate, DateOnly? TroughDate, DateOnly? RecoveryDate)
{
    public static Drawdown Find(Money initial, ImmutableArray<EquityPoint> equity)
    {
        Money peak = initial;
        DateOnly? peakDate = null;
        Money deepestPeak = initial;
        Drawdown deepest = default;
        foreach (EquityPoint point in equity)
        {
            if (point.Equity >= peak)
            {
                peak = point.Equity;
                peakDate = point.TradingDate;
            }

            double depth = DepthOf(point.Equity, peak);
            if (depth > deepest.Depth)
            {
                deepest = new Drawdown(depth, peakDate, point.TradingDate, null);
                deepestPeak = peak;
            }
            else if (deepest.TroughDate is not null && deepest.RecoveryDate is null && point.Equity >= deepestPeak)
            {
                deepest = deepest with { RecoveryDate = point.TradingDate };
            }
        }

        return deepest;
    }

    /// <summary>Fall from a peak as a fraction of it, 0 when the peak is not positive.</summary>
    public static double DepthOf(Money equity, Money peak) =>
        peak.Units > 0 ? (double)(peak.Units - equity.Units) / peak.Units : 0;
}

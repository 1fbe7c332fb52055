using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>What each day and each instrument did.</summary>
internal static class ActivityCalculator
{
    public static ImmutableArray<DayActivity> Days(EngineRun run)
    {
        ImmutableArray<DayActivity>.Builder days = ImmutableArray.CreateBuilder<DayActivity>(run.Equity.Length);
        int next = 0;
        foreach (EquityPoint point in run.Equity)
        {
            Money traded = Money.Zero;
            Money fees = Money.Zero;
            for (; next < run.Fills.Length && run.Fills[next].TradingDate <= point.TradingDate; next++)
            {
                traded += run.Fills[next].ValueInBase;
                fees += run.Fills[next].FeesInBase;
            }

            days.Add(new DayActivity(point.TradingDate, ExposureOf(point), traded, fees));
        }

        return days.MoveToImmutable();
    }

    public static double? ExposureOf(in EquityPoint point) =>
        point.Equity > Money.Zero ? (double)(point.Equity.Units - point.Cash.Units) / point.Equity.Units : null;

    public static ImmutableArray<InstrumentSummary> Instruments(ImmutableArray<RoundTrip> trips)
    {
        ImmutableArray<InstrumentSummary>.Builder summaries = ImmutableArray.CreateBuilder<InstrumentSummary>();
        foreach (IGrouping<Symbol, RoundTrip> group in trips.GroupBy(trip => trip.Symbol).OrderBy(group => group.Key))
        {
            int closed = group.Count(trip => !trip.IsOpen);
            summaries.Add(new InstrumentSummary(
                group.Key,
                group.Count(),
                closed == 0 ? null : (double)group.Count(trip => !trip.IsOpen && trip.ProfitInBase > Money.Zero) / closed,
                group.Aggregate(Money.Zero, (sum, trip) => sum + trip.ProfitInBase),
                group.Aggregate(Money.Zero, (sum, trip) => sum + trip.FeesInBase)));
        }

        return summaries.ToImmutable();
    }
}

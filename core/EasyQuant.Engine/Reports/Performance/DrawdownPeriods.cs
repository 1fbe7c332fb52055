using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Finds all drawdowns of an equity curve.</summary>
internal static class DrawdownPeriods
{
    /// <summary>By date, ascending; the initial cash is the first peak.</summary>
    public static ImmutableArray<DrawdownPeriod> Find(Money initial, ImmutableArray<EquityPoint> equity)
    {
        ImmutableArray<DrawdownPeriod>.Builder found = ImmutableArray.CreateBuilder<DrawdownPeriod>();
        Money peak = initial;
        int peakDay = -1;
        int troughDay = -1;
        for (int day = 0; day < equity.Length; day++)
        {
            if (equity[day].Equity >= peak)
            {
                if (troughDay >= 0)
                {
                    found.Add(Period(day, equity[day].TradingDate));
                }

                peak = equity[day].Equity;
                peakDay = day;
                troughDay = -1;
            }
            else if (troughDay < 0 || equity[day].Equity < equity[troughDay].Equity)
            {
                troughDay = day;
            }
        }

        if (troughDay >= 0)
        {
            found.Add(Period(equity.Length, null));
        }

        return found.ToImmutable();

        DrawdownPeriod Period(int endDay, DateOnly? recovery) => new(
            peakDay < 0 ? null : equity[peakDay].TradingDate,
            equity[troughDay].TradingDate,
            recovery,
            Drawdown.DepthOf(equity[troughDay].Equity, peak),
            troughDay - peakDay,
            endDay - peakDay - 1);
    }

    /// <summary>Deepest first, of equal ones the earlier first.</summary>
    public static IEnumerable<DrawdownPeriod> Deepest(ImmutableArray<DrawdownPeriod> periods, int max) =>
        periods.OrderByDescending(period => period.Depth).ThenBy(period => period.TroughDate).Take(max);
}

using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Measures how far prices moved while round trips were held.</summary>
internal static class TradeExcursions
{
    /// <summary>One a round trip, in their order. Highs and lows count from the day of entry to the day before the exit, and entry and exit themselves.</summary>
    public static TradeExcursion[] Of(ImmutableArray<RoundTrip> trips, MarketPanel panel)
    {
        TradeExcursion[] excursions = new TradeExcursion[trips.Length];
        for (int i = 0; i < trips.Length; i++)
        {
            excursions[i] = Measure(trips[i], panel.Series[panel.IndexOf(trips[i].Symbol)], panel);
        }

        return excursions;
    }

    private static TradeExcursion Measure(RoundTrip trip, InstrumentBars series, MarketPanel panel)
    {
        double entry = trip.EntryPrice.Units;
        double low = Math.Min(entry, trip.ExitPrice.Units);
        double high = Math.Max(entry, trip.ExitPrice.Units);
        int firstDay = panel.Calendar.Days.BinarySearch(trip.EntryDate);
        int exitDay = trip.ExitDate is { } exit ? Math.Max(firstDay + 1, panel.Calendar.Days.BinarySearch(exit)) : panel.Calendar.Count;
        for (int day = firstDay; day < exitDay; day++)
        {
            // The entry price is of the shares that there are at the end: earlier prices are divided by what a share became since.
            double shares = 1;
            foreach (OpenTrip.ShareChange change in trip.ShareChanges)
            {
                shares *= change.Date > panel.Calendar.Days[day] ? change.Factor : 1;
            }

            int end = series.RowFrom(panel.Axis.EndBarOf(day));
            for (int row = series.RowFrom(panel.Axis.FirstBarOf(day)); row < end; row++)
            {
                low = series.Low.Span[row] > 0 ? Math.Min(low, series.Low.Span[row] / shares) : low;
                high = Math.Max(high, series.High.Span[row] / shares);
            }
        }

        if (entry <= 0)
        {
            return default;
        }

        double below = (entry - low) / entry;
        double above = (high - entry) / entry;
        double move = (trip.ExitPrice.Units - entry) / entry;
        return trip.IsShort ? new TradeExcursion(above, below, -move) : new TradeExcursion(below, above, move);
    }
}

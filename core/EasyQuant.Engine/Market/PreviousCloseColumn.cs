using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Reference prices where the data has none.</summary>
internal static class PreviousCloseColumn
{
    /// <summary>One element a trading day: the last close before it, corrected for the day's actions; 0 before the first bar.</summary>
    public static ReadOnlyMemory<long> Of(MarketPanel panel, int instrument)
    {
        InstrumentBars series = panel.SeriesOrReference(instrument);
        if (!series.PreviousClose.IsEmpty)
        {
            return series.PreviousClose;
        }

        ILookup<DateOnly, CorporateAction> actions = panel.Actions
            .Where(action => action.Symbol == series.Instrument.Symbol).ToLookup(action => action.EffectiveDate);
        ReadOnlySpan<long> close = series.Close.Span;
        long[] result = new long[panel.Calendar.Count];
        long last = 0;
        int row = 0;
        for (int day = 0; day < result.Length; day++)
        {
            if (actions.Count > 0 && last > 0)
            {
                DateOnly from = day == 0 ? panel.Calendar.Days[0] : panel.Calendar.Days[day - 1].AddDays(1);
                for (DateOnly date = from; date <= panel.Calendar.Days[day]; date = date.AddDays(1))
                {
                    last = actions.Contains(date) ? ExReference.Of(last, actions[date]) : last;
                }
            }

            result[day] = last;
            int end = series.IsFull ? Math.Min(panel.Axis.EndBarOf(day), series.Count) : EndRow(series.Slots.Span, row, panel.Axis.EndBarOf(day));
            last = end > row ? close[end - 1] : last;
            row = end;
        }

        return result;
    }

    private static int EndRow(ReadOnlySpan<int> slots, int row, int endBar)
    {
        while (row < slots.Length && slots[row] < endBar)
        {
            row++;
        }

        return row;
    }
}

using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Reference prices where the data has none.</summary>
internal static class PreviousCloseColumn
{
    /// <summary>One element a trading day: the last close before it, corrected for the day's actions; 0 before the first bar.</summary>
    public static ReadOnlyMemory<long> Of(MarketPanel panel, int instrument)
    {
        InstrumentBars series = panel.Series[instrument];
        if (!series.PreviousClose.IsEmpty)
        {
            return series.PreviousClose;
        }

        ILookup<DateOnly, CorporateAction> actions = panel.Actions
            .Where(action => action.Symbol == series.Instrument.Symbol).ToLookup(action => action.EffectiveDate);
        ReadOnlySpan<long> close = series.Close.Span;
        long[] result = new long[panel.Calendar.Count];
        long last = 0;
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
            for (int bar = panel.Axis.FirstBarOf(day); bar < panel.Axis.EndBarOf(day); bar++)
            {
                last = close[bar] == InstrumentBars.Missing ? last : close[bar];
            }
        }

        return result;
    }
}

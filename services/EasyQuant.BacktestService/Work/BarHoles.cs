using EasyQuant.BacktestService.Storage;
using EasyQuant.Data;

namespace EasyQuant.BacktestService.Work;

/// <summary>Days on which some symbol of a table has a bar, and another one, that has bars before and after, has none.</summary>
/// <param name="Count">Missing bars over all symbols.</param>
/// <param name="FirstSymbol">Symbol of the first one in order of symbol and day; empty without one.</param>
/// <param name="FirstDate">Its day.</param>
internal sealed record BarHoles(long Count, string FirstSymbol, DateOnly FirstDate)
{
    /// <summary>Finds the holes.</summary>
    /// <param name="bars">Canonical bars, ordered by symbol and date.</param>
    public static BarHoles Find(Table bars)
    {
        DateColumn dates = bars.GetColumn<DateColumn>("trading_date");
        StringColumn symbols = bars.GetColumn<StringColumn>("symbol");
        int[] days = [.. new SortedSet<int>(dates.Days.ToArray())];
        long count = 0;
        (string Symbol, DateOnly Date) first = ("", default);
        int index = 0;
        for (int row = 0; row < bars.RowCount; row++)
        {
            bool isSameSymbol = row > 0 && symbols.GetUtf8(row).SequenceEqual(symbols.GetUtf8(row - 1));
            int next = Array.BinarySearch(days, dates.Days[row]);
            if (isSameSymbol && next > index + 1)
            {
                first = count == 0 ? (symbols.GetString(row)!, EpochDays.ToDate(days[index + 1])) : first;
                count += next - index - 1;
            }

            index = next;
        }

        return new BarHoles(count, first.Symbol, first.Date);
    }

    /// <summary>Finds the holes of a panel: slots of its calendar without a bar of a symbol that has bars before and after. Announced suspensions are none.</summary>
    /// <param name="panel">The panel.</param>
    /// <param name="filter">Symbols and days that count.</param>
    public static BarHoles Find(BarPanel panel, BarFilter filter)
    {
        int first = panel.Calendar.FirstSlotFrom(EpochDays.FromDate(filter.StartDate));
        int end = filter.EndDate == DateOnly.MaxValue ? panel.Calendar.Count : panel.Calendar.FirstSlotFrom(EpochDays.FromDate(filter.EndDate) + 1);
        long count = 0;
        (string Symbol, DateOnly Date) found = ("", default);
        for (int instrument = 0; instrument < panel.Instruments.Length; instrument++)
        {
            PanelInstrument one = panel.Instruments[instrument];
            ReadOnlySpan<int> slots = panel.Slots(instrument).Span;
            bool counts = filter.Symbols.Length == 0 || filter.Symbols.Contains(one.Symbol.ToString(), StringComparer.Ordinal);
            // Without a hole there is one slot a bar, which is the usual case and needs no look at each.
            if (!counts || slots.Length == 0 || slots[^1] - slots[0] + 1 == slots.Length)
            {
                continue;
            }

            for (int row = 1; row < slots.Length; row++)
            {
                for (int slot = Math.Max(slots[row - 1] + 1, first); slot < Math.Min(slots[row], end); slot++)
                {
                    DateOnly day = EpochDays.ToDate(panel.Calendar.Days[slot]);
                    if (!one.Facts.Suspensions.Any(period => period.Contains(day)))
                    {
                        found = count == 0 ? (one.Symbol.ToString(), day) : found;
                        count++;
                    }
                }
            }
        }

        return new BarHoles(count, found.Symbol, found.Date);
    }
}

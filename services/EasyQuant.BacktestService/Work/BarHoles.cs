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
}

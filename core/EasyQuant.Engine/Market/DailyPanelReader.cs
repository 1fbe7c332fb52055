using System.Collections.Immutable;
using EasyQuant.Data;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Reads the canonical table of daily bars (columns symbol, trading_date, open, high, low, close, volume, optional pre_close) into a
/// <see cref="MarketPanel"/>. Rows may come in any order. Prices are decimals of scale 0 to 8, or doubles, which are rounded half away
/// from zero to 4 places. Volumes of instruments outside the boards (coins) keep the places of a decimal column, and orders have as many; others are whole. The calendar is the set of all dates of the table.
/// </summary>
public static class DailyPanelReader
{
    /// <summary>Converts a table.</summary>
    /// <param name="table">The bars; other columns are ignored.</param>
    /// <returns>The panel.</returns>
    /// <exception cref="BarTableException">A column is missing or of another type, a symbol is unknown, a value is null (a volume also, but of indices and other instruments without volume), a bar repeats, or there is no row.</exception>
    public static MarketPanel Read(Table table)
    {
        if (table.RowCount == 0)
        {
            throw new BarTableException("NO_BARS", "The table of bars has no row.");
        }

        SortedDictionary<Symbol, List<int>> rowsBySymbol = GroupRows(Typed<StringColumn>(table, "symbol"));
        DateColumn dates = Typed<DateColumn>(table, "trading_date");
        RefuseNulls(dates);
        TradingCalendar calendar = CalendarOf(dates);
        PriceReader reader = new(table);
        ImmutableArray<InstrumentBars>.Builder series = ImmutableArray.CreateBuilder<InstrumentBars>(rowsBySymbol.Count);
        foreach ((Symbol symbol, List<int> rows) in rowsBySymbol)
        {
            series.Add(ToSeries(symbol, rows, dates, calendar, reader));
        }

        return MarketPanel.Daily(calendar, series.MoveToImmutable());
    }

    /// <summary>Returns the column, or says what is missing.</summary>
    internal static TColumn Typed<TColumn>(Table table, string name)
        where TColumn : Column
    {
        if (!table.TryGetColumn(name, out Column? column))
        {
            string existing = string.Join(", ", table.Columns.Select(one => one.Name));
            throw new BarTableException("COLUMN_MISSING", $"The table of bars lacks the column \"{name}\"; it has: {existing}.");
        }

        return column as TColumn
            ?? throw new BarTableException("COLUMN_TYPE", $"Column \"{name}\" is {column.Type}, expected {typeof(TColumn).Name}.");
    }

    /// <summary>Rows by symbol, in order of the table.</summary>
    internal static SortedDictionary<Symbol, List<int>> GroupRows(StringColumn symbols)
    {
        SortedDictionary<Symbol, List<int>> groups = [];
        List<int> current = [];
        ReadOnlySpan<byte> previous = default;
        for (int row = 0; row < symbols.Length; row++)
        {
            ReadOnlySpan<byte> text = symbols.GetUtf8(row);
            if (row == 0 || !text.SequenceEqual(previous))
            {
                if (!Symbol.TryNormalize(symbols.GetString(row), out Symbol symbol))
                {
                    throw new BarTableException("SYMBOL_INVALID", $"Row {row}: \"{symbols.GetString(row)}\" is not a known spelling of a symbol.");
                }

                if (!groups.TryGetValue(symbol, out List<int>? group))
                {
                    group = [];
                    groups.Add(symbol, group);
                }

                current = group;
                previous = text;
            }

            current.Add(row);
        }

        return groups;
    }

    private static TradingCalendar CalendarOf(DateColumn dates)
    {
        HashSet<int> days = [];
        foreach (int day in dates.Days)
        {
            days.Add(day);
        }

        return TradingCalendar.FromDays(days.Select(EpochDays.ToDate));
    }

    private static InstrumentBars ToSeries(Symbol symbol, List<int> rows, DateColumn dates, TradingCalendar calendar, PriceReader reader)
    {
        int[] order = [.. rows];
        int[] days = [.. order.Select(row => dates.Days[row])];
        Array.Sort(days, order);
        for (int i = 1; i < days.Length; i++)
        {
            if (days[i] == days[i - 1])
            {
                throw new BarTableException("DUPLICATE_BAR", $"{symbol} has two bars of {EpochDays.ToDate(days[i]):O}, rows {order[i - 1]} and {order[i]}.");
            }
        }

        int calendarIndex = 0;
        for (int i = 0; i < days.Length; i++)
        {
            DateOnly date = EpochDays.ToDate(days[i]);
            while (calendar.Days[calendarIndex] < date)
            {
                calendarIndex++;
            }

            days[i] = calendarIndex;
        }

        long[] previousCloses = reader.PreviousCloses(order);
        Instrument instrument = Instrument.FromSymbol(symbol, reader.Scale);
        instrument = instrument with { QuantityScale = reader.QuantityScale(instrument) };
        return new InstrumentBars
        {
            Instrument = instrument,
            Slots = days,
            Open = reader.Prices("open", order),
            High = reader.Prices("high", order),
            Low = reader.Prices("low", order),
            Close = reader.Prices("close", order),
            Volume = reader.Volumes(order, instrument),
            PreviousClose = previousCloses.Length == 0 ? default : Spread(previousCloses, days, calendar.Count),
        };
    }

    /// <summary>Puts each value on its day; 0 elsewhere.</summary>
    private static long[] Spread(long[] values, int[] days, int dayCount)
    {
        long[] result = new long[dayCount];
        for (int i = 0; i < values.Length; i++)
        {
            result[days[i]] = values[i];
        }

        return result;
    }

    /// <summary>Refuses a column with missing values.</summary>
    internal static void RefuseNulls(Column column)
    {
        for (int row = 0; column.NullCount > 0 && row < column.Length; row++)
        {
            if (column.IsNull(row))
            {
                throw new BarTableException("VALUE_MISSING", $"Row {row}: \"{column.Name}\" is null.");
            }
        }
    }
}

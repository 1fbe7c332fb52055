using System.Text;
using EasyQuant.Domain;

namespace EasyQuant.Data;

/// <summary>Reads bars of a panel as a table.</summary>
public static class PanelTable
{
    /// <summary>
    /// Returns a bar table, sorted by symbol and time: symbol, trading_date, start_time (within the day), prices, volume, amount and the optional columns of
    /// the panel. Copies the bars. Slots without a bar have no row.
    /// </summary>
    /// <exception cref="PanelException"><c>PANEL_INPUT</c>: an unknown symbol, or a range that ends before it starts.</exception>
    public static Table Read(BarPanel panel, PanelQuery query)
    {
        ArgumentNullException.ThrowIfNull(panel);
        ArgumentNullException.ThrowIfNull(query);
        (int first, int last, DateOnly asOf) = Range(panel, query);
        List<Part> parts = [.. Positions(panel, query.Symbols).Select(i => Cut(panel, i, first, last)).Where(p => p.Count > 0)];
        int count = checked(parts.Sum(p => p.Count));
        var columns = new List<Column> { Symbols(panel, parts, count), DateColumn.Create(BarTable.TradingDate, Days(panel, parts, count)) };
        if (!panel.Manifest.Interval.IsDay)
        {
            columns.Add(TimestampColumn.Create(BarTable.StartTime, Starts(panel, parts, count)));
        }

        foreach (string field in panel.Manifest.Fields)
        {
            columns.Add(Values(panel, field, parts, count, query.Adjustment, asOf));
        }

        return new Table(columns);
    }

    /// <summary>Rows that <see cref="Read"/> gives, without reading them.</summary>
    /// <exception cref="PanelException">As of <see cref="Read"/>.</exception>
    public static long Count(BarPanel panel, PanelQuery query)
    {
        ArgumentNullException.ThrowIfNull(panel);
        ArgumentNullException.ThrowIfNull(query);
        (int first, int last, _) = Range(panel, query);
        return Positions(panel, query.Symbols).Sum(i => (long)Cut(panel, i, first, last).Count);
    }

    /// <summary>Whether the panel has exactly these bars over their dates, and no others of their symbols in between.</summary>
    /// <param name="panel">The panel.</param>
    /// <param name="bars">A table of bars in any order.</param>
    public static bool Holds(BarPanel panel, Table bars)
    {
        ArgumentNullException.ThrowIfNull(panel);
        ArgumentNullException.ThrowIfNull(bars);
        var symbols = bars.GetColumn<StringColumn>(BarTable.Symbol);
        var dates = bars.GetColumn<DateColumn>(BarTable.TradingDate);
        if (bars.RowCount == 0)
        {
            return true;
        }

        Symbol[] wanted = [.. Enumerable.Range(0, bars.RowCount).Select(row => symbols.GetString(row)!).Distinct(StringComparer.Ordinal).Select(Symbol.Parse)];
        if (wanted.Any(s => panel.IndexOf(s) < 0))
        {
            return false;
        }

        int[] days = dates.Days.ToArray();
        Table held = Read(panel, new PanelQuery { Symbols = wanted, From = EpochDays.ToDate(days.Min()), To = EpochDays.ToDate(days.Max()) });
        string[] names = [.. held.Columns.Select(c => c.Name)];
        if (names.Any(n => !bars.TryGetColumn(n, out _)))
        {
            return false;
        }

        bool hasStarts = names.Contains(BarTable.StartTime, StringComparer.Ordinal);
        (string, bool)[] order = [(BarTable.Symbol, false), (hasStarts ? BarTable.StartTime : BarTable.TradingDate, false)];
        return TableSort.Sort(held, order).ContentEquals(TableSort.Sort(bars.Select(names), order));
    }

    private readonly record struct Part(int Instrument, int From, int Count);

    private static (int First, int Last, DateOnly AsOf) Range(BarPanel panel, PanelQuery query)
    {
        if (query.From > query.To)
        {
            throw new PanelException("PANEL_INPUT", $"The range from {query.From:O} to {query.To:O} ends before it starts.");
        }

        DateOnly end = panel.Calendar.Count > 0 ? EpochDays.ToDate(panel.Calendar.Days[^1]) : DateOnly.MinValue;
        DateOnly asOf = query.AsOf ?? query.To ?? end;
        DateOnly last = query.To is { } to && to < asOf ? to : asOf;
        int firstSlot = query.From is { } from ? panel.Calendar.FirstSlotFrom(EpochDays.FromDate(from)) : 0;
        int endSlot = last == DateOnly.MaxValue ? panel.Calendar.Count : panel.Calendar.FirstSlotFrom(EpochDays.FromDate(last) + 1);
        return (firstSlot, endSlot - 1, asOf);
    }

    private static IEnumerable<int> Positions(BarPanel panel, IReadOnlyList<Symbol>? symbols)
    {
        if (symbols is null)
        {
            return Enumerable.Range(0, panel.Instruments.Length);
        }

        return symbols.Distinct().Order().Select(s => panel.IndexOf(s) is var at and >= 0
            ? at
            : throw new PanelException("PANEL_INPUT", $"The panel {panel.Manifest.Dataset}/{panel.Manifest.Interval} has no {s}."));
    }

    private static Part Cut(BarPanel panel, int instrument, int first, int last)
    {
        ReadOnlySpan<int> slots = panel.Slots(instrument).Span;
        int from = slots.BinarySearch(first);
        from = from >= 0 ? from : ~from;
        int end = slots.BinarySearch(last);
        end = end >= 0 ? end + 1 : ~end;
        return new Part(instrument, from, Math.Max(0, end - from));
    }

    private static StringColumn Symbols(BarPanel panel, List<Part> parts, int count)
    {
        var offsets = new int[count + 1];
        using var bytes = new MemoryStream();
        int row = 0;
        foreach (Part part in parts)
        {
            byte[] symbol = Encoding.UTF8.GetBytes(panel.Instruments[part.Instrument].Symbol.ToString());
            for (int i = 0; i < part.Count; i++)
            {
                bytes.Write(symbol);
                offsets[++row] = checked((int)bytes.Length);
            }
        }

        return StringColumn.Create(BarTable.Symbol, offsets, bytes.ToArray());
    }

    private static int[] Days(BarPanel panel, List<Part> parts, int count)
    {
        var days = new int[count];
        int row = 0;
        foreach (Part part in parts)
        {
            foreach (int slot in panel.Slots(part.Instrument).Span.Slice(part.From, part.Count))
            {
                days[row++] = panel.Calendar.Days[slot];
            }
        }

        return days;
    }

    private static long[] Starts(BarPanel panel, List<Part> parts, int count)
    {
        var starts = new long[count];
        int row = 0;
        foreach (Part part in parts)
        {
            foreach (int slot in panel.Slots(part.Instrument).Span.Slice(part.From, part.Count))
            {
                starts[row++] = panel.Calendar.Starts[slot];
            }
        }

        return starts;
    }

    private static Column Values(BarPanel panel, string field, List<Part> parts, int count, PriceAdjustment adjustment, DateOnly asOf)
    {
        var values = new long[count];
        bool[]? present = null;
        bool isAdjusted = adjustment != PriceAdjustment.None && PanelFields.IsPrice(field);
        int row = 0;
        foreach (Part part in parts)
        {
            ReadOnlySpan<long> source = panel.Values(part.Instrument, field).Span.Slice(part.From, part.Count);
            ReadOnlySpan<int> slots = panel.Slots(part.Instrument).Span.Slice(part.From, part.Count);
            FactorSeries? factors = isAdjusted ? panel.FactorsAsOf(part.Instrument, asOf) : null;
            for (int i = 0; i < source.Length; i++, row++)
            {
                values[row] = factors is null ? source[i] : factors.Adjust(source[i], panel.Calendar.Days[slots[i]], adjustment);
                if (source[i] == BarPanel.Missing)
                {
                    present ??= [.. Enumerable.Repeat(true, count)];
                    present[row] = false;
                    values[row] = 0;
                }
            }
        }

        Validity? validity = present is null ? null : Validity.FromFlags(present);
        int scale = panel.ScaleOf(field);
        bool isInteger = field == BarTable.OpenInterest || (field == BarTable.Volume && scale == 0);
        return isInteger ? Int64Column.Create(field, values, validity) : DecimalColumn.Create(field, scale, values, validity);
    }
}

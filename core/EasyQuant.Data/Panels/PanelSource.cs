using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Data;

/// <summary>A table of bars as the rows of a panel see it: sorted, checked, grouped by symbol, columns as integers.</summary>
internal sealed class PanelSource
{
    private readonly Table _bars;
    private readonly ReadOnlyMemory<int> _days;
    private readonly ReadOnlyMemory<long> _starts;
    private readonly Dictionary<string, ReadOnlyMemory<long>> _columns = new(StringComparer.Ordinal);

    public PanelSource(Table bars, PanelInterval interval)
    {
        ArgumentNullException.ThrowIfNull(bars);
        bool hasStarts = bars.TryGetColumn(BarTable.StartTime, out Column? starts);
        if (hasStarts == interval.IsDay)
        {
            throw Input(interval.IsDay
                ? "bars of a day have no column `start_time`; name the interval, for example 1m"
                : $"bars of {interval} need the column `start_time`");
        }

        _bars = TableSort.Sort(bars, (BarTable.Symbol, false), (hasStarts ? BarTable.StartTime : BarTable.TradingDate, false));
        Fields = [.. PanelFields.Required, .. PanelFields.Optional.Where(f => _bars.TryGetColumn(f, out _))];
        var dates = Typed<DateColumn>(BarTable.TradingDate);
        RefuseNulls(dates);
        _days = dates.Memory;
        if (hasStarts)
        {
            var times = Typed<TimestampColumn>(BarTable.StartTime);
            RefuseNulls(times);
            _starts = times.Memory;
        }

        foreach (string field in Fields)
        {
            _columns[field] = Integers(field);
        }

        PriceScale = Scale(BarTable.Open);
        QuantityScale = Scale(BarTable.Volume);
        MoneyScale = Scale(BarTable.Amount);
        Groups = FindGroups();
    }

    /// <summary>Rows [Start, End) of one symbol.</summary>
    public readonly record struct Group(Symbol Symbol, int Start, int End);

    public ImmutableArray<string> Fields { get; }

    public int PriceScale { get; }

    public int QuantityScale { get; }

    public int MoneyScale { get; }

    public IReadOnlyList<Group> Groups { get; }

    public void RequireLike(PanelManifest manifest)
    {
        string? lacking = manifest.Fields.FirstOrDefault(f => !_columns.ContainsKey(f));
        if (lacking is not null)
        {
            throw Input($"the panel has a column `{lacking}`, the bars have none");
        }

        if ((PriceScale, QuantityScale, MoneyScale) != (manifest.PriceScale, manifest.QuantityScale, manifest.MoneyScale))
        {
            throw Input(
                $"the scales of the bars are {PriceScale}, {QuantityScale}, {MoneyScale} (price, quantity, money), those of the panel {manifest.PriceScale}, {manifest.QuantityScale}, {manifest.MoneyScale}");
        }
    }

    /// <summary>The slots: those of a known calendar and then the new ones.</summary>
    public PanelCalendar Calendar(TradingCalendar? days, PanelCalendar? known)
    {
        if (_starts.IsEmpty && known is not { IsDaily: false, Count: > 0 })
        {
            SortedSet<int> wanted = [.. _days.ToArray()];
            if (days is not null)
            {
                CheckDays(days, wanted);
                int last = Math.Max(wanted.Count > 0 ? wanted.Max : int.MinValue, known is { Count: > 0 } ? known.Days[^1] : int.MinValue);
                int first = known is { Count: > 0 } ? known.Days[^1] + 1 : wanted.Count > 0 ? wanted.Min : int.MaxValue;
                wanted.UnionWith(days.Days.Select(EpochDays.FromDate).Where(d => d >= first && d <= last));
            }

            return PanelCalendar.OfDays(Continue(known is null ? [] : known.Days.ToArray(), wanted));
        }

        var byStart = new SortedDictionary<long, int>();
        for (int row = 0; row < _starts.Length; row++)
        {
            if (!byStart.TryAdd(_starts.Span[row], _days.Span[row]) && byStart[_starts.Span[row]] != _days.Span[row])
            {
                throw Input($"row {row}: one start belongs to two trading dates");
            }
        }

        if (days is not null)
        {
            CheckDays(days, [.. byStart.Values]);
        }

        long[] starts = Continue(known is null ? [] : known.Starts.ToArray(), byStart.Keys);
        int oldCount = known?.Count ?? 0;
        int[] allDays = [.. known is null ? [] : known.Days.ToArray(), .. starts.Skip(oldCount).Select(s => byStart[s])];
        return PanelCalendar.OfStarts(allDays, starts);
    }

    public PanelRow Fill(PanelRow row, Group group, PanelCalendar calendar, ImmutableArray<string> fields)
    {
        var slots = new int[group.End - group.Start];
        ReadOnlySpan<int> days = calendar.Days;
        ReadOnlySpan<long> starts = calendar.Starts;
        for (int i = 0; i < slots.Length; i++)
        {
            int at = group.Start + i;
            slots[i] = _starts.IsEmpty ? days.BinarySearch(_days.Span[at]) : starts.BinarySearch(_starts.Span[at]);
            if (i > 0 && slots[i] <= slots[i - 1])
            {
                throw Input($"{group.Symbol} has two bars of {EpochDays.ToDate(_days.Span[at]):O}; remove duplicates first (DataClean)");
            }
        }

        row.Add(slots, field => _columns[field][group.Start..group.End], fields);
        return row;
    }

    // What exists stays as it is: a new slot comes after the last one, or is one that exists.
    private static T[] Continue<T>(T[] known, IEnumerable<T> wanted)
        where T : struct, IComparable<T>
    {
        var slots = new List<T>(known);
        foreach (T slot in wanted)
        {
            if (known.Length == 0 || slot.CompareTo(known[^1]) > 0)
            {
                slots.Add(slot);
            }
            else if (Array.BinarySearch(known, slot) < 0)
            {
                throw new PanelException(
                    "PANEL_CONFLICT", "A bar lies inside the calendar of the panel, in a slot that it does not have; history is changed only by writing the data set anew.");
            }
        }

        return [.. slots];
    }

    private static void CheckDays(TradingCalendar calendar, SortedSet<int> days)
    {
        foreach (int day in days)
        {
            if (!calendar.Contains(EpochDays.ToDate(day)))
            {
                throw Input($"{EpochDays.ToDate(day):O} has bars and is no trading day of the calendar");
            }
        }
    }

    private ReadOnlyMemory<long> Integers(string field)
    {
        Column column = field is BarTable.Volume && _bars[field] is DecimalColumn ? Typed<DecimalColumn>(field)
            : field is BarTable.Volume or BarTable.OpenInterest ? Typed<Int64Column>(field)
            : Typed<DecimalColumn>(field);
        var values = (FixedWidthColumn<long>)column;
        if (PanelFields.IsPrice(field) && column.Scale != _bars[BarTable.Open].Scale)
        {
            throw Input($"column `{field}` has scale {column.Scale}, `open` has {_bars[BarTable.Open].Scale}");
        }

        if (column.Scale > 8)
        {
            throw Input($"column `{field}` has scale {column.Scale}, at most 8 are kept");
        }

        if (field is BarTable.Open or BarTable.High or BarTable.Low or BarTable.Close)
        {
            RefuseNulls(column);
        }

        int sentinel = values.Memory.Span.IndexOf(BarPanel.Missing);
        if (sentinel >= 0 && !column.IsNull(sentinel))
        {
            throw Input($"row {sentinel}: `{field}` is out of range");
        }

        return column.NullCount == 0 ? values.Memory : WithMissing(values);
    }

    private static ReadOnlyMemory<long> WithMissing(FixedWidthColumn<long> column)
    {
        long[] values = column.Memory.ToArray();
        for (int row = 0; row < values.Length; row++)
        {
            if (column.IsNull(row))
            {
                values[row] = BarPanel.Missing;
            }
        }

        return values;
    }

    private List<Group> FindGroups()
    {
        var symbols = Typed<StringColumn>(BarTable.Symbol);
        RefuseNulls(symbols);
        var groups = new List<Group>();
        for (int start = 0, row = 1; row <= _bars.RowCount; row++)
        {
            if (row == _bars.RowCount || symbols.CompareRows(start, row) != 0)
            {
                string text = symbols.GetString(start)!;
                if (!Symbol.TryNormalize(text, out Symbol symbol) || symbol.ToString() != text)
                {
                    throw Input($"row {start}: `{text}` is no canonical symbol such as 600000.SH");
                }

                groups.Add(new Group(symbol, start, row));
                start = row;
            }
        }

        return groups;
    }

    private int Scale(string field) => _bars[field].Scale;

    private T Typed<T>(string name)
        where T : Column =>
        _bars.TryGetColumn(name, out Column? column)
            ? column as T ?? throw Input($"column `{column.Schema}` should be {typeof(T).Name}")
            : throw Input($"the bars have no column `{name}`");

    private void RefuseNulls(Column column)
    {
        for (int row = 0; column.NullCount > 0 && row < column.Length; row++)
        {
            if (column.IsNull(row))
            {
                throw Input($"row {row} of the sorted bars ({_bars[BarTable.Symbol].GetValue(row)} {_bars[BarTable.TradingDate].GetValue(row):O}) has no `{column.Name}`");
            }
        }
    }

    private static PanelException Input(string what) => new("PANEL_INPUT", $"The bars do not fit a panel: {what}.");
}

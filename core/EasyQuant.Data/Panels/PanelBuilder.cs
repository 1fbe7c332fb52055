using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Data;

/// <summary>Turns tables of bars into versions of a panel. Same input, same bytes.</summary>
public static class PanelBuilder
{
    private const int RoomMin = 64;
    private const int StrideUnit = 16;

    /// <summary>Makes the first or a rewritten version.</summary>
    /// <param name="bars">A bar table, with <c>start_time</c> for bars within the day; any order.</param>
    /// <param name="options">Data set, calendar, facts.</param>
    /// <param name="version">Number of the version, from 1.</param>
    /// <exception cref="PanelException"><c>PANEL_INPUT</c>: a price is missing, a bar repeats or lies outside the calendar, a column has another type; <c>PANEL_TOO_LARGE</c>.</exception>
    public static PanelDraft Create(Table bars, PanelOptions options, long version)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        CheckDataset(options.Dataset);
        var source = new PanelSource(bars, options.Interval);
        PanelCalendar calendar = source.Calendar(options.Calendar, known: null);
        Dictionary<Symbol, InstrumentFacts> facts = BySymbol(options.Facts);
        PanelRow[] rows = [.. source.Groups.Select(group => source.Fill(new PanelRow(FactsOf(facts, group.Symbol)), group, calendar, source.Fields))];
        return new PanelDraft(
            new PanelManifest
            {
                Dataset = options.Dataset,
                Interval = options.Interval,
                Version = version,
                PriceScale = source.PriceScale,
                QuantityScale = source.QuantityScale,
                MoneyScale = source.MoneyScale,
                InstrumentCount = 0,
                SlotCount = 0,
                Stride = Stride(rows, options.Room),
                BarCount = 0,
                Fields = source.Fields,
                CalendarChecksum = 0,
                InstrumentsChecksum = 0,
            },
            calendar,
            rows,
            isInPlace: false);
    }

    /// <summary>
    /// Continues a panel: later bars of its instruments, and new instruments. When every row has room the draft is in place, else the columns are written
    /// anew with more room.
    /// </summary>
    /// <param name="panel">The newest version.</param>
    /// <param name="bars">Bars after those of the panel, instrument by instrument, with the same columns and scales.</param>
    /// <param name="options">Facts replace those of the same symbol; data set and interval are the panel's.</param>
    /// <exception cref="PanelException"><c>PANEL_CONFLICT</c>: a bar is not later than the last of its instrument, or would need a slot inside the calendar; else as <see cref="Create"/>.</exception>
    public static PanelDraft Append(BarPanel panel, Table bars, PanelOptions options)
    {
        ArgumentNullException.ThrowIfNull(panel);
        ArgumentNullException.ThrowIfNull(options);
        PanelManifest before = panel.Manifest;
        if (options.Dataset != before.Dataset || options.Interval != before.Interval)
        {
            throw new PanelException("PANEL_INPUT", $"The panel is {before.Dataset}/{before.Interval}, the bars are for {options.Dataset}/{options.Interval}.");
        }

        var source = new PanelSource(bars, before.Interval);
        source.RequireLike(before);
        PanelCalendar calendar = source.Calendar(options.Calendar, panel.Calendar);
        Dictionary<Symbol, InstrumentFacts> facts = BySymbol(options.Facts);
        var rows = new PanelRow[panel.Instruments.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            PanelInstrument instrument = panel.Instruments[i];
            rows[instrument.Row] = PanelRow.Existing(panel, i, facts.GetValueOrDefault(instrument.Symbol, instrument.Facts));
        }

        var added = new List<PanelRow>();
        foreach (PanelSource.Group group in source.Groups)
        {
            int index = panel.IndexOf(group.Symbol);
            PanelRow row = index >= 0 ? rows[panel.Instruments[index].Row] : new PanelRow(FactsOf(facts, group.Symbol));
            source.Fill(row, group, calendar, before.Fields);
            if (index < 0)
            {
                added.Add(row);
            }
        }

        PanelRow[] all = [.. rows, .. added];
        bool hasRoom = all.All(r => r.Length <= before.Stride) && (long)all.Length * before.Stride <= PanelColumnFile.ElementsMax;
        int stride = hasRoom ? before.Stride : Stride(all, options.Room);
        return new PanelDraft(before with { Version = before.Version + 1, Stride = stride }, calendar, all, isInPlace: hasRoom);
    }

    /// <summary>Whether a name can be a data set.</summary>
    public static bool IsDataset(string? name) =>
        name is { Length: >= 1 and <= 63 } && (char.IsAsciiLetterLower(name[0]) || char.IsAsciiDigit(name[0]))
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '_' or '-');

    private static void CheckDataset(string name)
    {
        if (!IsDataset(name))
        {
            throw new PanelException("PANEL_INPUT", $"`{name}` is no name of a data set: 1 to 63 of a-z, 0-9, `.`, `_`, `-`, the first a letter or digit.");
        }
    }

    private static int Stride(PanelRow[] rows, int? room)
    {
        if (room is < 0 or > 10_000_000)
        {
            throw new PanelException("PANEL_INPUT", $"room must be 0 to 10,000,000, was {room}.");
        }

        int longest = rows.Length == 0 ? 0 : rows.Max(r => r.Length);
        long stride = (long)longest + (room ?? Math.Max(RoomMin, longest / 8));
        stride = Math.Max(StrideUnit, (stride + StrideUnit - 1) / StrideUnit * StrideUnit);
        return stride * Math.Max(1, rows.Length) <= PanelColumnFile.ElementsMax
            ? (int)stride
            : throw new PanelException(
                "PANEL_TOO_LARGE",
                $"{rows.Length} instruments with room for {stride} bars each are more than {PanelColumnFile.ElementsMax} elements; split the data set, by year for example.");
    }

    private static Dictionary<Symbol, InstrumentFacts> BySymbol(IReadOnlyList<InstrumentFacts> facts)
    {
        var bySymbol = new Dictionary<Symbol, InstrumentFacts>(facts.Count);
        foreach (InstrumentFacts one in facts)
        {
            if (!bySymbol.TryAdd(one.Symbol, one))
            {
                throw new PanelException("PANEL_INPUT", $"The facts of {one.Symbol} are given twice.");
            }
        }

        return bySymbol;
    }

    private static InstrumentFacts FactsOf(Dictionary<Symbol, InstrumentFacts> facts, Symbol symbol) =>
        facts.GetValueOrDefault(symbol) ?? InstrumentFacts.Of(symbol);
}

using System.Collections.Immutable;

namespace EasyQuant.Engine;

/// <summary>The ticks of all instruments of a panel in the order in which they happen: by bar, time, symbol, position. Immutable, thread-safe.</summary>
internal sealed class TickSequence
{
    private readonly int[] _instruments;
    private readonly int[] _rows;
    private readonly int[] _firstOfBar;
    private readonly ImmutableArray<InstrumentBars> _series;

    public TickSequence(ImmutableArray<InstrumentBars> series, int barCount)
    {
        _series = series;
        int count = series.Sum(one => one.Ticks?.Count ?? 0);
        _instruments = new int[count];
        _rows = new int[count];
        _firstOfBar = new int[barCount + 1];
        Entry[] entries = new Entry[count];
        int next = 0;
        for (int instrument = 0; instrument < series.Length; instrument++)
        {
            for (int row = 0; series[instrument].Ticks is { } ticks && row < ticks.Count; row++)
            {
                entries[next++] = new Entry(ticks.Bars.Span[row], ticks.Times.Span[row], instrument, row);
            }
        }

        Array.Sort(entries);
        int bar = 0;
        for (int i = 0; i < count; i++)
        {
            for (; bar <= entries[i].Bar; bar++)
            {
                _firstOfBar[bar] = i;
            }

            _instruments[i] = entries[i].Instrument;
            _rows[i] = entries[i].Row;
        }

        _firstOfBar.AsSpan(bar).Fill(count);
    }

    /// <summary>First tick of a bar; of the one after it, the end.</summary>
    public int FirstOf(int bar) => _firstOfBar[bar];

    /// <summary>Instrument of a tick.</summary>
    public int InstrumentOf(int tick) => _instruments[tick];

    /// <summary>Position of a tick among those of its instrument.</summary>
    public int RowOf(int tick) => _rows[tick];

    /// <summary>Microseconds since 1970 UTC.</summary>
    public long TimeOf(int tick) => _series[_instruments[tick]].Ticks!.Times.Span[_rows[tick]];

    private readonly record struct Entry(int Bar, long Time, int Instrument, int Row) : IComparable<Entry>
    {
        public int CompareTo(Entry other)
        {
            int order = Bar.CompareTo(other.Bar);
            order = order != 0 ? order : Time.CompareTo(other.Time);
            order = order != 0 ? order : Instrument.CompareTo(other.Instrument);
            return order != 0 ? order : Row.CompareTo(other.Row);
        }
    }
}

using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Bars of many instruments over one axis of times, daily or minutes, with corporate actions and exchange rates apart from the raw prices:
/// what a backtest reads. Immutable, thread-safe, shared by all runs of a sweep; columns are read where they are.
/// </summary>
public sealed class MarketPanel
{
    private readonly Lazy<string> _contentSha256;
    private readonly Lazy<ReadOnlyMemory<long>>[] _previousCloses;
    private readonly Lazy<TickSequence?> _ticks;

    /// <summary>Makes a panel.</summary>
    /// <param name="calendar">All trading days of the data.</param>
    /// <param name="axis">The times of the bars; its days are those of the calendar.</param>
    /// <param name="series">One element an instrument, ordered by distinct symbols; at least one.</param>
    /// <param name="actions">Corporate actions in any order; empty when there are none. Actions outside the calendar are kept and never happen.</param>
    /// <param name="exchangeRates">Rates of currencies other than the base, any order; empty when all instruments and accounts use one currency.</param>
    /// <param name="contentSha256">Hash of the content when it is already known (of a file); null computes it at first use.</param>
    /// <param name="references">Series that only a benchmark reads, see <see cref="References"/>; empty when there are none.</param>
    /// <exception cref="ArgumentException">Something does not fit; the message names the instrument and what was expected.</exception>
    public MarketPanel(
        TradingCalendar calendar,
        BarAxis axis,
        ImmutableArray<InstrumentBars> series,
        ImmutableArray<CorporateAction> actions = default,
        ImmutableArray<FxRates> exchangeRates = default,
        string? contentSha256 = null,
        ImmutableArray<InstrumentBars> references = default)
    {
        References = references.IsDefault ? [] : references;
        Calendar = calendar;
        Axis = axis;
        Series = series;
        ExchangeRates = exchangeRates.IsDefault ? [] : [.. exchangeRates.OrderBy(one => one.Currency, StringComparer.Ordinal)];
        PanelChecks.Check(this);
        Actions = PanelChecks.Sorted(this, actions.IsDefault ? [] : actions);
        _previousCloses = new Lazy<ReadOnlyMemory<long>>[series.Length + References.Length];
        for (int i = 0; i < _previousCloses.Length; i++)
        {
            int instrument = i;
            _previousCloses[i] = new Lazy<ReadOnlyMemory<long>>(() => PreviousCloseColumn.Of(this, instrument));
        }

        TickCount = series.Sum(one => (long)(one.Ticks?.Count ?? 0));
        _ticks = new Lazy<TickSequence?>(() => TickCount == 0 ? null : new TickSequence(Series, Axis.Count));
        BarCount = series.Sum(one => (long)one.Count);
        _contentSha256 = contentSha256 is null ? new Lazy<string>(ComputeSha256) : new Lazy<string>(contentSha256);
    }

    /// <summary>All trading days of the data.</summary>
    public TradingCalendar Calendar { get; }

    /// <summary>The times of the bars.</summary>
    public BarAxis Axis { get; }

    /// <summary>One element an instrument, ordered by symbol.</summary>
    public ImmutableArray<InstrumentBars> Series { get; }

    /// <summary>Series that only a benchmark reads: strategies neither see them nor trade them. Ordered by symbol, none of them in <see cref="Series"/>; empty by default.</summary>
    public ImmutableArray<InstrumentBars> References { get; }

    /// <summary>Corporate actions by effective date, then by symbol, then in the order handed in.</summary>
    public ImmutableArray<CorporateAction> Actions { get; }

    /// <summary>Rates into the base currency, by name.</summary>
    public ImmutableArray<FxRates> ExchangeRates { get; }

    /// <summary>Number of bars over all instruments.</summary>
    public long BarCount { get; }

    /// <summary>Number of ticks over all instruments, 0 for a market of bars alone.</summary>
    public long TickCount { get; }

    /// <summary>Memory of the columns in bytes, without overheads.</summary>
    public long EstimatedBytes => (BarCount * ((6 * sizeof(long)) + sizeof(int))) + ((long)Axis.Count * 12) + (TickCount * 48);

    /// <summary>SHA-256 over times, symbols, scales, all columns, actions and rates, lower-case hexadecimal. Computed once.</summary>
    public string ContentSha256 => _contentSha256.Value;

    /// <summary>All ticks in the order in which they happen; null when there are none. Computed once.</summary>
    internal TickSequence? Ticks => _ticks.Value;

    /// <summary>Makes a panel of daily bars: one bar time a trading day.</summary>
    /// <param name="calendar">All trading days of the data.</param>
    /// <param name="series">One element an instrument, ordered by distinct symbols.</param>
    /// <param name="actions">Corporate actions; empty when there are none.</param>
    /// <exception cref="ArgumentException">As of the constructor.</exception>
    public static MarketPanel Daily(
        TradingCalendar calendar, ImmutableArray<InstrumentBars> series, ImmutableArray<CorporateAction> actions = default) =>
        new(calendar, BarAxis.Daily(calendar), series, actions);

    /// <summary>Returns the position of an instrument, or -1 when the panel lacks it.</summary>
    public int IndexOf(Symbol symbol)
    {
        int low = 0;
        int high = Series.Length - 1;
        while (low <= high)
        {
            int middle = low + ((high - low) / 2);
            int order = Series[middle].Instrument.Symbol.CompareTo(symbol);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return -1;
    }

    /// <summary>
    /// Returns the reference prices of an instrument, one element a trading day, 0 where unknown: the column handed in, or the last close before
    /// the day corrected for the day's corporate actions. Computed once.
    /// </summary>
    /// <param name="instrument">0 to the count of instruments - 1.</param>
    public ReadOnlyMemory<long> PreviousClosesOf(int instrument) => _previousCloses[instrument].Value;

    /// <summary>Returns the panel in which some instruments are kept for benchmarks only, see <see cref="References"/>; columns are shared.</summary>
    /// <param name="symbols">Instruments of the panel; those that it lacks, or keeps so already, are ignored. Their corporate actions are left out.</param>
    /// <exception cref="ArgumentException">No instrument is left to trade.</exception>
    public MarketPanel KeepForBenchmark(IEnumerable<Symbol> symbols)
    {
        HashSet<Symbol> kept = [.. symbols];
        return new MarketPanel(
            Calendar,
            Axis,
            [.. Series.Where(one => !kept.Contains(one.Instrument.Symbol))],
            [.. Actions.Where(action => !kept.Contains(action.Symbol))],
            ExchangeRates,
            references: [.. References.Concat(Series.Where(one => kept.Contains(one.Instrument.Symbol))).OrderBy(one => one.Instrument.Symbol)]);
    }

    /// <summary>Returns the panel with other corporate actions; columns are shared.</summary>
    /// <param name="actions">All actions, any order.</param>
    /// <exception cref="ArgumentException">An action does not fit.</exception>
    public MarketPanel WithActions(ImmutableArray<CorporateAction> actions) => new(Calendar, Axis, Series, actions, ExchangeRates, references: References);

    /// <summary>Returns the panel with other exchange rates; columns are shared.</summary>
    /// <param name="rates">Rates of foreign currencies by trading day of the panel; those of before are dropped.</param>
    public MarketPanel WithRates(ImmutableArray<FxRates> rates) => new(Calendar, Axis, Series, Actions, rates, references: References);

    /// <summary>Returns the panel restricted to days not after <paramref name="last"/>, with the same instruments and actions.</summary>
    public MarketPanel TruncateAfter(DateOnly last)
    {
        int dayCount = Calendar.Days.Count(day => day <= last);
        int barCount = Axis.FirstBarOf(dayCount);
        return new MarketPanel(
            TradingCalendar.FromDays(Calendar.Days.Take(dayCount)),
            Axis.Take(dayCount),
            [.. Series.Select(series => series.Take(barCount, dayCount))],
            [.. Actions.Where(action => action.EffectiveDate <= last)],
            [.. ExchangeRates.Select(one => one with { Rates = one.Rates[..dayCount] })],
            references: [.. References.Select(series => series.Take(barCount, dayCount))]);
    }

    /// <summary>A series of <see cref="Series"/>, or behind them one of <see cref="References"/>.</summary>
    internal InstrumentBars SeriesOrReference(int index) => index < Series.Length ? Series[index] : References[index - Series.Length];

    /// <summary>Position of an instrument that a benchmark may name, for <see cref="SeriesOrReference"/>; -1 when the panel lacks it.</summary>
    internal int IndexForBenchmark(Symbol symbol)
    {
        for (int i = 0; i < References.Length; i++)
        {
            if (References[i].Instrument.Symbol == symbol)
            {
                return Series.Length + i;
            }
        }

        return IndexOf(symbol);
    }

    private string ComputeSha256()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AppendText(hash, Axis.Interval.ToString());
        Append(hash, Calendar.Count);
        foreach (DateOnly day in Calendar.Days)
        {
            Append(hash, day.DayNumber);
        }

        AppendColumn(hash, Axis.Starts);
        if (!References.IsEmpty)
        {
            Append(hash, References.Length);
        }

        foreach (InstrumentBars series in Series.Concat(References))
        {
            AppendText(hash, series.Instrument.Symbol.ToString());
            AppendText(hash, series.Instrument.Currency);
            Append(hash, series.Instrument.PriceScale);
            Append(hash, series.Instrument.QuantityScale);
            AppendColumn(hash, series.Slots);
            AppendColumn(hash, series.Open);
            AppendColumn(hash, series.High);
            AppendColumn(hash, series.Low);
            AppendColumn(hash, series.Close);
            AppendColumn(hash, series.Volume);
            AppendColumn(hash, series.Amount);
            AppendColumn(hash, series.PreviousClose);
            AppendColumn(hash, series.Suspended);
            if (series.Ticks is { } ticks)
            {
                AppendColumn(hash, ticks.Times);
                AppendColumn(hash, ticks.Bars);
                AppendColumn(hash, ticks.Last);
                AppendColumn(hash, ticks.Volume);
                AppendColumn(hash, ticks.Bid);
                AppendColumn(hash, ticks.Ask);
            }
        }

        foreach (CorporateAction action in Actions)
        {
            AppendText(hash, action.ToString());
        }

        foreach (FxRates rates in ExchangeRates)
        {
            AppendText(hash, rates.Currency);
            AppendColumn(hash, rates.Rates);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void AppendText(IncrementalHash hash, string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Append(hash, utf8.Length);
        hash.AppendData(utf8);
    }

    private static void AppendColumn<T>(IncrementalHash hash, ReadOnlyMemory<T> column)
        where T : unmanaged
    {
        Append(hash, column.Length);
        hash.AppendData(MemoryMarshal.AsBytes(column.Span));
    }

    private static void Append(IncrementalHash hash, int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        hash.AppendData(bytes);
    }
}

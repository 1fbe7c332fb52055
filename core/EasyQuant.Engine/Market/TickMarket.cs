using System.Collections.Immutable;
using EasyQuant.Data;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Makes a market of ticks: the bars that they add up to, with the ticks beside them. A trading date is the local date of a tick; a bar of minutes starts at a multiple of
/// its length after local midnight; its prices are those of the ticks with volume, its amount the sum of last price times volume. Pure, thread-safe.
/// </summary>
public static class TickMarket
{
    private static readonly string[] s_priceNames = ["last", "bid", "ask"];

    /// <summary>
    /// Reads a table: <c>symbol</c> (String), <c>time</c> (Timestamp, UTC), <c>last</c> (Decimal of scale 0 to 8, or Float64), <c>volume</c> (Int64), and where the data has
    /// them <c>bid</c> and <c>ask</c>; other columns are ignored. Rows may come in any order; those of one symbol and time keep theirs.
    /// </summary>
    /// <param name="table">The ticks.</param>
    /// <param name="interval">Length of the bars.</param>
    /// <param name="utcOffset">Local time of the exchange less UTC, for example 8 hours for the mainland.</param>
    /// <exception cref="BarTableException">A column is missing or of another type, a symbol is unknown, a value is null or out of range, or there is no row.</exception>
    public static MarketPanel FromTable(Table table, PanelInterval interval, TimeSpan utcOffset)
    {
        if (table.RowCount == 0)
        {
            throw new BarTableException("NO_BARS", "The table of ticks has no row.");
        }

        TimestampColumn times = DailyPanelReader.Typed<TimestampColumn>(table, "time");
        DailyPanelReader.RefuseNulls(times);
        PriceReader reader = new(table, s_priceNames.Where((name, i) => i == 0 || table.TryGetColumn(name, out _)));
        SortedDictionary<Symbol, List<int>> rowsBySymbol = DailyPanelReader.GroupRows(DailyPanelReader.Typed<StringColumn>(table, "symbol"));
        List<TickRows> all = [];
        foreach ((Symbol symbol, List<int> rows) in rowsBySymbol)
        {
            int[] order = [.. rows.OrderBy(row => times.Micros[row])];
            Instrument instrument = Instrument.FromSymbol(symbol, reader.Scale);
            all.Add(new TickRows(
                instrument,
                [.. order.Select(row => times.Micros[row])],
                reader.Prices("last", order),
                reader.Volumes(order, instrument),
                reader.Optional("bid", order),
                reader.Optional("ask", order)));
        }

        return Make(all, interval, utcOffset);
    }

    private static MarketPanel Make(List<TickRows> all, PanelInterval interval, TimeSpan utcOffset)
    {
        long offset = utcOffset.Ticks / TimeSpan.TicksPerMicrosecond;
        long length = interval.IsDay ? TimeSpan.MicrosecondsPerDay : interval.Minutes * TimeSpan.MicrosecondsPerMinute;
        long[] starts = [.. all.SelectMany(one => one.Traded().Select(i => Floor(one.Times[i] + offset, length))).Distinct().Order()];
        if (starts.Length == 0)
        {
            throw new BarTableException("NO_BARS", "Nothing was traded in the table of ticks.");
        }

        long[] dates = [.. starts.Select(start => Floor(start, TimeSpan.MicrosecondsPerDay)).Distinct()];
        int[] days = [.. starts.Select(start => Array.BinarySearch(dates, Floor(start, TimeSpan.MicrosecondsPerDay)))];
        TradingCalendar calendar = TradingCalendar.FromDays(dates.Select(date => DateOnly.FromDateTime(DateTime.UnixEpoch.AddMicroseconds(date))));
        BarAxis axis = interval.IsDay ? BarAxis.Daily(calendar) : new BarAxis(interval, starts.Select(start => start - offset).ToArray(), days);
        return new MarketPanel(calendar, axis, [.. all.Select(one => one.ToSeries(starts, offset, length))]);
    }

    private static long Floor(long value, long length) => value - (((value % length) + length) % length);

    /// <summary>Ticks of one instrument, by time.</summary>
    private sealed record TickRows(Instrument Instrument, long[] Times, long[] Last, long[] Volume, long[] Bid, long[] Ask)
    {
        /// <summary>Positions of the ticks with volume; all of an instrument whose ticks have none, such as an index.</summary>
        public IEnumerable<int> Traded() => Enumerable.Range(0, Times.Length).Where(i => Volume[i] > 0 || Instrument.Board is Board.Index or Board.Other);

        public InstrumentBars ToSeries(long[] starts, long offset, long length)
        {
            List<int> slots = [];
            List<long[]> bars = [];
            long divisor = ScaledDecimal.PowerOfTen(Instrument.PriceScale + Instrument.QuantityScale - Money.Scale);
            foreach (int i in Traded())
            {
                int slot = Array.BinarySearch(starts, Floor(Times[i] + offset, length));
                if (slots.Count == 0 || slots[^1] != slot)
                {
                    slots.Add(slot);
                    bars.Add([Last[i], Last[i], Last[i], Last[i], 0, 0]);
                }

                long[] bar = bars[^1];
                bar[1] = Math.Max(bar[1], Last[i]);
                bar[2] = Math.Min(bar[2], Last[i]);
                bar[3] = Last[i];
                bar[4] = checked(bar[4] + Volume[i]);
                bar[5] = checked(bar[5] + ScaledMath.MulDivHalfUp(Last[i], Volume[i], divisor));
            }

            return new InstrumentBars
            {
                Instrument = Instrument,
                Slots = slots.Count == starts.Length ? default(ReadOnlyMemory<int>) : slots.ToArray(),
                Open = Column(bars, 0),
                High = Column(bars, 1),
                Low = Column(bars, 2),
                Close = Column(bars, 3),
                Volume = Column(bars, 4),
                Amount = Column(bars, 5),
                Ticks = Kept(starts, slots, offset, length),
            };
        }

        private static ReadOnlyMemory<long> Column(List<long[]> bars, int field) => bars.Select(bar => bar[field]).ToArray();

        /// <summary>The ticks within the bars; quotes at other times belong to no bar and are left out.</summary>
        private InstrumentTicks Kept(long[] starts, List<int> slots, long offset, long length)
        {
            List<int> rows = [];
            List<int> places = [];
            for (int i = 0; i < Times.Length; i++)
            {
                int slot = Array.BinarySearch(starts, Floor(Times[i] + offset, length));
                if (slot >= 0 && slots.BinarySearch(slot) >= 0)
                {
                    rows.Add(i);
                    places.Add(slot);
                }
            }

            return new InstrumentTicks
            {
                Times = rows.Select(row => Times[row]).ToArray(),
                Bars = places.ToArray(),
                Last = rows.Select(row => Last[row]).ToArray(),
                Volume = rows.Select(row => Volume[row]).ToArray(),
                Bid = Bid.Length == 0 ? default(ReadOnlyMemory<long>) : rows.Select(row => Bid[row]).ToArray(),
                Ask = Ask.Length == 0 ? default(ReadOnlyMemory<long>) : rows.Select(row => Ask[row]).ToArray(),
            };
        }
    }
}

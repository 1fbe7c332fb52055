using System.Runtime.InteropServices;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Bench.Engine;

/// <summary>
/// The market of the workloads: 500 symbols x 2,500 days and one symbol x 1,000,000 minutes, prices with 8 decimals; read from daily.npy and minute.npy of a
/// directory, or generated from a seed in the same shape. Kept as panels and as the plain arrays that the hand-written loops read.
/// </summary>
internal sealed class EngineData
{
    public const int SymbolCount = 500;
    public const int DayCount = 2_500;
    public const int MinuteCount = 1_000_000;
    public const long CashYuan = 10_000_000;
    private const int MinutesPerDay = 240;
    private const int PriceScale = 8;
    private const int FieldCount = 5;

    private EngineData(double[] daily, double[] minutes, bool isDefined)
    {
        IsDefined = isDefined;
        MinuteOpen = Field(minutes, 0, MinuteCount, 0);
        MinuteClose = Field(minutes, 0, MinuteCount, 3);
        DailyOpen = Field(daily, 0, SymbolCount * DayCount, 0);
        DailyClose = Field(daily, 0, SymbolCount * DayCount, 3);
        Calendar = TradingCalendar.FromDays(Weekdays(new DateOnly(2014, 1, 2), DayCount));
        Minutes = MinutePanel(minutes, MinuteCount);
        Days = DailyPanel(Calendar, daily, SymbolCount, false);
        DaysInLots = DailyPanel(Calendar, daily, SymbolCount, true);
    }

    /// <summary>True when the data are those of the published figures, which are then checked.</summary>
    public bool IsDefined { get; }

    public TradingCalendar Calendar { get; }

    /// <summary>Opens of the minutes as plain numbers.</summary>
    public double[] MinuteOpen { get; }

    /// <summary>Closes of the minutes.</summary>
    public double[] MinuteClose { get; }

    /// <summary>Opens of the days: day t of symbol s at s x days + t.</summary>
    public double[] DailyOpen { get; }

    /// <summary>Closes of the days.</summary>
    public double[] DailyClose { get; }

    /// <summary>The minutes of one symbol.</summary>
    public MarketPanel Minutes { get; }

    /// <summary>The days of all symbols.</summary>
    public MarketPanel Days { get; }

    /// <summary>The same; every instrument trades in hundreds also without exchange rules.</summary>
    public MarketPanel DaysInLots { get; }

    public static EngineData Load(string? directory) => directory is null
        ? new EngineData(GeneratedDays(), Generated(new Random(7), MinuteCount, 20, 0, 0.0004, []), false)
        : new EngineData(Read(Path.Combine(directory, "daily.npy")), Read(Path.Combine(directory, "minute.npy")), true);

    /// <summary>The daily panel alone.</summary>
    public static MarketPanel DaysOnly(string? directory)
    {
        double[] rows = directory is null ? GeneratedDays() : Read(Path.Combine(directory, "daily.npy"));
        return DailyPanel(TradingCalendar.FromDays(Weekdays(new DateOnly(2014, 1, 2), DayCount)), rows, SymbolCount, false);
    }

    /// <summary>The first minutes, as another panel.</summary>
    public MarketPanel FirstMinutes(int count)
    {
        int days = count / MinutesPerDay;
        return Minutes.TruncateAfter(Minutes.Calendar.Days[days - 1]);
    }

    /// <summary>The first symbols, as another panel.</summary>
    public MarketPanel FirstSymbols(int count) => MarketPanel.Daily(Calendar, [.. DaysInLots.Series.Take(count)]);

    private static double[] Field(double[] rows, int first, int count, int field)
    {
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = rows[((first + i) * FieldCount) + field];
        }

        return values;
    }

    // A .npy file of version 1: 8 bytes of magic and version, a 16-bit length, the header, the numbers.
    private static double[] Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int start = 10 + BitConverter.ToUInt16(bytes, 8);
        return MemoryMarshal.Cast<byte, double>(bytes.AsSpan(start)).ToArray();
    }

    private static double[] GeneratedDays()
    {
        Random random = new(20240601);
        double[] market = [.. Enumerable.Range(0, DayCount).Select(_ => Normal(random) * 0.008)];
        double[] rows = new double[SymbolCount * DayCount * FieldCount];
        for (int s = 0; s < SymbolCount; s++)
        {
            double start = Math.Exp(3 + (0.5 * Normal(random)));
            double drift = 0.0001 + (0.0002 * Normal(random));
            double beta = 0.5 + random.NextDouble();
            Generated(random, DayCount, start, drift, 0.016, [.. market.Select(move => move * beta)]).CopyTo(rows, s * DayCount * FieldCount);
        }

        return rows;
    }

    /// <summary>A geometric random walk with gaps between close and open.</summary>
    private static double[] Generated(Random random, int count, double start, double drift, double deviation, double[] common)
    {
        double[] rows = new double[count * FieldCount];
        double log = Math.Log(start);
        for (int i = 0; i < count; i++)
        {
            double open = Math.Exp(log + (Normal(random) * deviation * 0.3));
            log += drift + (Normal(random) * deviation) + (common.Length > 0 ? common[i] : 0);
            double close = Math.Exp(log);
            Span<double> row = rows.AsSpan(i * FieldCount, FieldCount);
            row[0] = Math.Round(open, PriceScale);
            row[1] = Math.Round(Math.Max(open, close) * Math.Exp(Math.Abs(Normal(random)) * deviation * 0.5), PriceScale);
            row[2] = Math.Round(Math.Min(open, close) * Math.Exp(-Math.Abs(Normal(random)) * deviation * 0.5), PriceScale);
            row[3] = Math.Round(close, PriceScale);
            row[4] = Math.Floor(Math.Exp(13 + (0.6 * Normal(random))) / 100) * 100;
        }

        return rows;
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static MarketPanel MinutePanel(double[] rows, int count)
    {
        DateOnly[] days = [.. Weekdays(new DateOnly(2010, 1, 4), (count + MinutesPerDay - 1) / MinutesPerDay)];
        long[] starts = new long[count];
        int[] dayOf = new int[count];
        for (int i = 0; i < count; i++)
        {
            dayOf[i] = i / MinutesPerDay;
            DateTime start = new DateTime(days[dayOf[i]], new TimeOnly(1, 30), DateTimeKind.Utc).AddMinutes(i % MinutesPerDay);
            starts[i] = (start - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        }

        return new MarketPanel(
            TradingCalendar.FromDays(days), new BarAxis(PanelInterval.OfMinutes(1), starts, dayOf), [Series("600000.SH", rows, 0, count, false)]);
    }

    private static MarketPanel DailyPanel(TradingCalendar calendar, double[] rows, int symbols, bool inLots) => MarketPanel.Daily(
        calendar, [.. Enumerable.Range(0, symbols).Select(s => Series($"{600000 + s}.SH", rows, s * DayCount, DayCount, inLots))]);

    private static InstrumentBars Series(string symbol, double[] rows, int first, int count, bool inLots)
    {
        Instrument instrument = Instrument.FromSymbol(Symbol.Parse(symbol), PriceScale);
        return new InstrumentBars
        {
            Instrument = inLots ? instrument with { LotMinimum = 100, LotStep = 100 } : instrument,
            Open = Units(rows, first, count, 0),
            High = Units(rows, first, count, 1),
            Low = Units(rows, first, count, 2),
            Close = Units(rows, first, count, 3),
            Volume = Field(rows, first, count, 4).Select(volume => (long)volume).ToArray(),
        };
    }

    private static long[] Units(double[] rows, int first, int count, int field) =>
        [.. Field(rows, first, count, field).Select(price => (long)Math.Round(price * 1e8))];

    private static IEnumerable<DateOnly> Weekdays(DateOnly first, int count)
    {
        DateOnly day = first;
        while (count > 0)
        {
            if (day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday))
            {
                yield return day;
                count--;
            }

            day = day.AddDays(1);
        }
    }
}

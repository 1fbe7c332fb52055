using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>Reads a file of make_fixtures.py: open and close of each row in units of 1e-8; high and low are the larger and smaller of both.</summary>
internal static class WorkloadMarket
{
    /// <summary>One instrument of minutes, 240 a weekday.</summary>
    public static MarketPanel Minutes(string file)
    {
        (_, long[][] opens, long[][] closes) = Read(file);
        int count = opens[0].Length;
        int dayCount = (count + 239) / 240;
        TradingCalendar calendar = TradingCalendar.FromDays(PanelBuilder.Weekdays(new DateOnly(2014, 1, 2)).Take(dayCount));
        long[] starts = new long[count];
        int[] days = new int[count];
        for (int t = 0; t < count; t++)
        {
            DateTime day = calendar.Days[t / 240].ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
            int minute = t % 240;
            starts[t] = ((day - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond) + ((minute + (minute < 120 ? 90 : 180)) * 60_000_000L);
            days[t] = t / 240;
        }

        BarAxis axis = new(PanelInterval.OfMinutes(1), starts, days);
        return new MarketPanel(calendar, axis, [Series(Instrument.FromSymbol(Symbol.Parse("600000.SH"), 8), opens[0], closes[0])]);
    }

    /// <summary>Many instruments of days, lots of 100.</summary>
    public static MarketPanel Days(string file)
    {
        (int[] dates, long[][] opens, long[][] closes) = Read(file);
        TradingCalendar calendar = TradingCalendar.FromDays(dates.Select(date => new DateOnly(date / 10000, date / 100 % 100, date % 100)));
        return MarketPanel.Daily(
            calendar,
            [
                .. opens.Select((open, row) => Series(
                    Instrument.FromSymbol(Symbol.Parse($"{600000 + row}.SH"), 8) with { LotMinimum = 100, LotStep = 100 }, open, closes[row])),
            ]);
    }

    /// <summary>Path of a fixture beside the tests.</summary>
    public static string Fixture(string name) => Path.Combine(AppContext.BaseDirectory, "Workloads", name);

    private static InstrumentBars Series(Instrument instrument, long[] open, long[] close) => new()
    {
        Instrument = instrument,
        Open = open,
        High = open.Zip(close, Math.Max).ToArray(),
        Low = open.Zip(close, Math.Min).ToArray(),
        Close = close,
        Volume = new long[open.Length],
    };

    private static (int[] Dates, long[][] Opens, long[][] Closes) Read(string file)
    {
        using BinaryReader reader = new(new BufferedStream(File.OpenRead(file), 1 << 16));
        int rows = reader.ReadInt32();
        int columns = reader.ReadInt32();
        bool hasDates = rows > 1;
        int[] dates = [.. Enumerable.Range(0, hasDates ? columns : 0).Select(_ => reader.ReadInt32())];
        long[][] opens = new long[rows][];
        long[][] closes = new long[rows][];
        for (int row = 0; row < rows; row++)
        {
            opens[row] = new long[columns];
            closes[row] = new long[columns];
            long last = 0;
            for (int t = 0; t < columns; t++)
            {
                opens[row][t] = last + ZigZag(reader);
                closes[row][t] = last = opens[row][t] + ZigZag(reader);
            }
        }

        return (dates, opens, closes);
    }

    private static long ZigZag(BinaryReader reader)
    {
        ulong value = (ulong)reader.Read7BitEncodedInt64();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }
}

using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Daily bars of many instruments over one calendar: what a backtest reads. Immutable, thread-safe, shared by all runs of a sweep.
/// </summary>
public sealed class DailyPanel
{
    private readonly Lazy<string> _contentSha256;

    /// <summary>Makes a panel.</summary>
    /// <param name="calendar">All trading days of the data.</param>
    /// <param name="series">One series an instrument, ordered by symbol; at least one; days within the calendar.</param>
    /// <exception cref="ArgumentException">There is no series, a symbol repeats or is out of order, or a day lies outside the calendar.</exception>
    public DailyPanel(TradingCalendar calendar, ImmutableArray<DailySeries> series)
    {
        if (series.IsDefaultOrEmpty)
        {
            throw new ArgumentException("A panel needs at least one series.", nameof(series));
        }

        for (int i = 0; i < series.Length; i++)
        {
            if (i > 0 && series[i - 1].Instrument.Symbol.CompareTo(series[i].Instrument.Symbol) >= 0)
            {
                throw new ArgumentException($"Series must be ordered by distinct symbols; {series[i].Instrument.Symbol} is not.", nameof(series));
            }

            if (series[i].Count > 0 && (series[i].Days[0] < 0 || series[i].Days[^1] >= calendar.Count))
            {
                throw new ArgumentException($"A day of {series[i].Instrument.Symbol} lies outside the calendar.", nameof(series));
            }
        }

        Calendar = calendar;
        Series = series;
        BarCount = series.Sum(one => (long)one.Count);
        _contentSha256 = new Lazy<string>(ComputeSha256);
    }

    /// <summary>All trading days of the data.</summary>
    public TradingCalendar Calendar { get; }

    /// <summary>One series an instrument, ordered by symbol.</summary>
    public ImmutableArray<DailySeries> Series { get; }

    /// <summary>Number of bars over all series.</summary>
    public long BarCount { get; }

    /// <summary>Memory of the bars in bytes, without overheads.</summary>
    public long EstimatedBytes => BarCount * (sizeof(int) + (6 * sizeof(long)));

    /// <summary>SHA-256 over symbols, scales, dates and all columns, lower-case hexadecimal. Computed once.</summary>
    public string ContentSha256 => _contentSha256.Value;

    /// <summary>Returns the panel restricted to days not after <paramref name="last"/>, with the same instruments.</summary>
    public DailyPanel TruncateAfter(DateOnly last)
    {
        int dayCount = Calendar.Days.Count(day => day <= last);
        return new DailyPanel(
            TradingCalendar.FromDays(Calendar.Days.Take(dayCount)),
            [.. Series.Select(series => Cut(series, dayCount))]);
    }

    private static DailySeries Cut(DailySeries series, int dayCount)
    {
        int count = series.Days.BinarySearch(dayCount);
        count = count >= 0 ? count : ~count;
        return new DailySeries(
            series.Instrument,
            series.Days[..count].ToArray(),
            series.Open[..count].ToArray(),
            series.High[..count].ToArray(),
            series.Low[..count].ToArray(),
            series.Close[..count].ToArray(),
            series.Volume[..count].ToArray(),
            series.PreviousClose[..count].ToArray());
    }

    private string ComputeSha256()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, Calendar.Count);
        foreach (DateOnly day in Calendar.Days)
        {
            Append(hash, day.DayNumber);
        }

        foreach (DailySeries series in Series)
        {
            byte[] symbol = Encoding.UTF8.GetBytes(series.Instrument.Symbol.ToString());
            Append(hash, symbol.Length);
            hash.AppendData(symbol);
            Append(hash, series.Instrument.PriceScale);
            Append(hash, series.Count);
            hash.AppendData(MemoryMarshal.AsBytes(series.Days));
            hash.AppendData(MemoryMarshal.AsBytes(series.Open));
            hash.AppendData(MemoryMarshal.AsBytes(series.High));
            hash.AppendData(MemoryMarshal.AsBytes(series.Low));
            hash.AppendData(MemoryMarshal.AsBytes(series.Close));
            hash.AppendData(MemoryMarshal.AsBytes(series.Volume));
            hash.AppendData(MemoryMarshal.AsBytes(series.PreviousClose));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        hash.AppendData(bytes);
    }
}

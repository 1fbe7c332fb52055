using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Nodes.Trading;

/// <summary>
/// Markets of daily bars as files that all processes of the machine map, one a content: <c>&lt;sha256&gt;.market</c>. A file is written beside the others and renamed in
/// as a whole; one that is damaged counts as absent. Files can always be made anew, so only the newest stay, and a process that has one mapped keeps it. Thread-safe.
/// </summary>
/// <param name="folder">Absolute path; created with the first file.</param>
internal sealed class SharedPanels(string folder)
{
    /// <summary>Most files that stay: 32.</summary>
    public const int FilesMax = 32;

    private const string PartPrefix = ".part-";
    // "EQMARKT1" in the order of the bytes.
    private const long Magic = 0x31544B52414D5145;
    private const int HeadBytes = 2 * sizeof(long);
    private const int HeaderBytesMax = 64 << 20;

    /// <summary>Maps a market; null when there is none.</summary>
    public MappedMarket? TryOpen(string sha256)
    {
        string path = PathOf(sha256);
        try
        {
            return File.Exists(path) ? Open(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Writes a market, and removes the oldest files beyond <see cref="FilesMax"/>. A market that does not fit, or a disk that refuses, leaves none.</summary>
    /// <param name="sha256">Hash of the table that it was made of, 64 hexadecimal digits.</param>
    /// <param name="panel">The market as <see cref="DailyPanelReader"/> makes it.</param>
    public void Write(string sha256, MarketPanel panel)
    {
        if (Header.TryOf(panel) is not { } header)
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(folder);
            RemoveParts();
            string part = Path.Combine(folder, PartPrefix + Path.GetRandomFileName());
            using (var stream = new FileStream(part, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                Write(stream, header, panel);
                stream.Flush(flushToDisk: true);
            }

            File.Move(part, PathOf(sha256), overwrite: true);
            foreach (FileInfo old in new DirectoryInfo(folder).GetFiles("*.market").OrderByDescending(file => file.LastWriteTimeUtc).Skip(FilesMax))
            {
                old.Delete();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Each process then has a copy of its own.
        }
    }

    private static void Write(FileStream stream, Header header, MarketPanel panel)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(header);
        stream.Write(MemoryMarshal.AsBytes<long>([Magic, json.Length]));
        stream.Write(json);
        stream.Write(new byte[Padding(json.Length)]);
        foreach (InstrumentBars bars in panel.Series)
        {
            foreach (ReadOnlyMemory<long> column in new[] { bars.Open, bars.High, bars.Low, bars.Close, bars.Volume, bars.PreviousClose })
            {
                stream.Write(MemoryMarshal.AsBytes(column.Span));
            }
        }

        foreach (InstrumentBars bars in panel.Series)
        {
            stream.Write(MemoryMarshal.AsBytes(bars.Slots.Span));
        }
    }

    private static MappedMarket Open(string path)
    {
        Header header;
        long start;
        using (var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete))
        {
            Span<long> head = stackalloc long[2];
            stream.ReadExactly(MemoryMarshal.AsBytes(head));
            if (head[0] != Magic || head[1] is < 2 or > HeaderBytesMax)
            {
                throw new FormatException("The file is no market.");
            }

            byte[] json = new byte[head[1]];
            stream.ReadExactly(json);
            header = JsonSerializer.Deserialize<Header>(json) ?? throw new FormatException("The file has no header.");
            start = HeadBytes + json.Length + Padding(json.Length);
        }

        return MappedMarket.Open(path, start, header.LongCount, header.IntCount, header.ToPanel);
    }

    // What a writer that died has left can be opened; what is being written cannot.
    private void RemoveParts()
    {
        foreach (string part in Directory.EnumerateFiles(folder, PartPrefix + "*"))
        {
            try
            {
                using var left = new FileStream(part, FileMode.Open, FileAccess.Write, FileShare.None);
                File.Delete(part);
            }
            catch (IOException)
            {
                // Another process writes it, or has renamed it.
            }
        }
    }

    private string PathOf(string sha256) => Path.Combine(folder, sha256 + ".market");

    private static int Padding(int length) => (sizeof(long) - (length % sizeof(long))) % sizeof(long);

    /// <summary>What is not columns.</summary>
    /// <param name="Sha256">Hash of the market's content.</param>
    /// <param name="Days">Trading days, as days since 1970-01-01.</param>
    /// <param name="Instruments">In the order of the market.</param>
    internal sealed record Header(string Sha256, int[] Days, Entry[] Instruments)
    {
        public int LongCount => checked(Instruments.Sum(one => (one.BarCount * 5) + (one.HasPreviousCloses ? Days.Length : 0)));

        public int IntCount => checked(Instruments.Sum(one => one.SlotCount));

        public static Header? TryOf(MarketPanel panel)
        {
            Entry[] entries = [.. panel.Series.Select(Entry.Of)];
            long longs = panel.Series.Sum(one => (one.Count * 5L) + one.PreviousClose.Length);
            bool fits = panel.Axis.Count == panel.Calendar.Count && panel.Actions.IsEmpty && panel.ExchangeRates.IsEmpty && panel.References.IsEmpty
                && longs is > 0 and <= int.MaxValue && panel.Series.Zip(entries).All(pair => pair.Second.Describes(pair.First));
            return fits ? new Header(panel.ContentSha256, [.. panel.Calendar.Days.Select(EpochDays.FromDate)], entries) : null;
        }

        public MarketPanel ToPanel(ReadOnlyMemory<long> values, ReadOnlyMemory<int> slots)
        {
            var calendar = TradingCalendar.FromDays(Days.Select(EpochDays.ToDate));
            ImmutableArray<InstrumentBars>.Builder series = ImmutableArray.CreateBuilder<InstrumentBars>(Instruments.Length);
            foreach (Entry one in Instruments)
            {
                series.Add(new InstrumentBars
                {
                    Instrument = one.ToInstrument(),
                    Open = Take(ref values, one.BarCount),
                    High = Take(ref values, one.BarCount),
                    Low = Take(ref values, one.BarCount),
                    Close = Take(ref values, one.BarCount),
                    Volume = Take(ref values, one.BarCount),
                    PreviousClose = Take(ref values, one.HasPreviousCloses ? Days.Length : 0),
                    Slots = Take(ref slots, one.SlotCount),
                });
            }

            return new MarketPanel(calendar, BarAxis.Daily(calendar), series.MoveToImmutable(), contentSha256: Sha256);
        }

        private static ReadOnlyMemory<T> Take<T>(ref ReadOnlyMemory<T> from, int count)
        {
            ReadOnlyMemory<T> taken = from[..count];
            from = from[count..];
            return taken;
        }
    }

    /// <summary>One instrument of a market.</summary>
    internal sealed record Entry(string Symbol, int PriceScale, int QuantityScale, int BarCount, int SlotCount, bool HasPreviousCloses)
    {
        public static Entry Of(InstrumentBars bars) => new(
            bars.Instrument.Symbol.ToString(), bars.Instrument.PriceScale, bars.Instrument.QuantityScale, bars.Count, bars.Slots.Length, !bars.PreviousClose.IsEmpty);

        public Instrument ToInstrument() => Instrument.FromSymbol(Domain.Symbol.Parse(Symbol), PriceScale) with { QuantityScale = QuantityScale };

        public bool Describes(InstrumentBars bars) => bars.Amount.IsEmpty && bars.Suspended.IsEmpty && bars.AdjustmentFactor.IsEmpty && bars.Ticks is null
            && bars.Instrument == ToInstrument();
    }
}

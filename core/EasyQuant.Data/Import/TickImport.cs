using System.Text;
using EasyQuant.Domain;

namespace EasyQuant.Data;

/// <summary>
/// Imports files of ticks: delimited text with a header in English or 中文, Parquet, or Arrow. Columns are found by name: symbol, time (or a date and a time of day), last,
/// volume, and where the file has them bid and ask; others are ignored. Times without an offset are local times of the exchange. Pure: files come in through
/// <see cref="IImportFiles"/>. Thread-safe.
/// </summary>
public static class TickImport
{
    /// <summary>Largest number of ticks of a file.</summary>
    public const int RowsMax = 50_000_000;

    private const int PriceScale = 8;
    private const int ShareScale = 4;
    private const long SharePart = 10_000;
    private const long NoPrice = long.MinValue;

    /// <summary>Reads one file.</summary>
    /// <param name="path">Path of the file, as <paramref name="files"/> knows it; its name may tell the symbol, as in <c>600000.SH.csv</c>.</param>
    /// <param name="files">Opens the file.</param>
    /// <param name="utcOffset">Local time of the exchange less UTC; for times of text files that say no offset.</param>
    /// <returns>Text: symbol (String), time (Timestamp), last (Decimal of scale 4, or 8 when a price needs it), volume (Int64), and bid and ask when the file has them, in the order of the file. Parquet and Arrow: their own columns.</returns>
    /// <exception cref="CsvException">Text that cannot be read, with its line.</exception>
    /// <exception cref="ImportException"><c>IMPORT_FORMAT</c>: no such file, or a damaged one; <c>IMPORT_LIMIT</c>: more than <see cref="RowsMax"/> rows; <c>IMPORT_SYMBOL</c>: neither the columns nor the name tell the symbol.</exception>
    public static Table Read(string path, IImportFiles files, TimeSpan utcOffset) => Read(path, files, utcOffset, RowsMax);

    /// <summary>Reads one file of at most so many ticks.</summary>
    /// <param name="path">As above.</param>
    /// <param name="files">As above.</param>
    /// <param name="utcOffset">As above.</param>
    /// <param name="rowsMax">Most ticks, 0 to <see cref="RowsMax"/>.</param>
    /// <returns>As above.</returns>
    /// <exception cref="CsvException">Text that cannot be read, with its line.</exception>
    /// <exception cref="ImportException">As above; <c>IMPORT_LIMIT</c> beyond <paramref name="rowsMax"/>.</exception>
    public static Table Read(string path, IImportFiles files, TimeSpan utcOffset, int rowsMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rowsMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rowsMax, RowsMax);
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(files);
        using Stream stream = files.OpenRead(path) ?? throw new ImportException("IMPORT_FORMAT", $"There is no file {path}.");
        byte[] head = new byte[8];
        int length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        return ImportDetection.IsColumnar(head.AsSpan(0, length)) ? ReadParts(path, stream, rowsMax) : ReadText(path, stream, utcOffset.Ticks / TimeSpan.TicksPerMicrosecond, rowsMax);
    }

    private static Table ReadParts(string path, Stream stream, int rowsMax)
    {
        List<Table> parts = [];
        long rows = 0;
        foreach (Table part in TableParts.Read(stream))
        {
            rows += part.RowCount;
            if (rows > rowsMax)
            {
                throw new ImportException("IMPORT_LIMIT", $"{path} has more than {rowsMax} ticks.");
            }

            parts.Add(part);
        }

        return parts.Count == 1 ? parts[0] : Table.Concat(parts);
    }

    private static Table ReadText(string path, Stream stream, long offsetMicros, int rowsMax)
    {
        CsvRecordReader records = new(new Utf8Feed(stream, CsvEncoding.Auto), new CsvBarOptions());
        try
        {
            records.UseDelimiter(CsvHeaderFinder.GuessDelimiter(records.PeekLine()));
            if (!records.Read())
            {
                throw new CsvException(CsvReasons.Empty, 0, "the file holds no header of ticks.");
            }

            TickHeader header = TickHeader.Of(records.FieldTexts(), records.Line);
            string? symbol = header.Symbol >= 0 ? null : SymbolOf(path);
            Rows rows = new();
            while (records.Read())
            {
                if (rows.Count == rowsMax)
                {
                    throw new ImportException("IMPORT_LIMIT", $"{path} has more than {rowsMax} ticks.");
                }

                Add(rows, records, header, symbol, offsetMicros);
            }

            return rows.ToTable(header);
        }
        finally
        {
            records.Release();
        }
    }

    private static string SymbolOf(string path) => FileNames.TrySymbol(path.Replace('\\', '/'), null, out Symbol symbol)
        ? symbol.ToString()
        : throw new ImportException("IMPORT_SYMBOL", $"{path}: it has no column of symbols, and its name is no known spelling of one.");

    private static void Add(Rows rows, CsvRecordReader records, TickHeader header, string? symbol, long offsetMicros)
    {
        if (records.FieldCount != header.FieldCount)
        {
            throw new CsvException(CsvReasons.FieldCount, records.Line, $"{records.FieldCount} fields, the header has {header.FieldCount}.");
        }

        rows.Add(
            symbol ?? Encoding.UTF8.GetString(records.Field(header.Symbol)),
            TimeOf(records, header, offsetMicros),
            Number(records, header.Last, "last", PriceScale) ?? throw new CsvException(CsvReasons.BadNumber, records.Line, "the tick has no last price."),
            Number(records, header.Volume, "volume", 0) ?? throw new CsvException(CsvReasons.BadNumber, records.Line, "the tick has no volume; a quote without a trade has 0."),
            header.Bid < 0 ? null : Number(records, header.Bid, "bid", PriceScale),
            header.Ask < 0 ? null : Number(records, header.Ask, "ask", PriceScale));
    }

    private static long TimeOf(CsvRecordReader records, TickHeader header, long offsetMicros)
    {
        ReadOnlySpan<byte> text = records.Field(header.Time);
        if (header.Date >= 0 && !text.IsEmpty && CsvTime.TryTime(text, out long time, out int? minutes))
        {
            return CsvDate.TryRead(records.Field(header.Date), out int days)
                ? (days * CsvTime.MicrosPerDay) + time - (minutes is { } known ? known * 60_000_000L : offsetMicros)
                : throw new CsvException(CsvReasons.BadDate, records.Line, $"`{CsvBars.Text(records.Field(header.Date))}` is no date such as 2024-03-04.");
        }

        return CsvTime.Read(text, out int day, out long micros) switch
        {
            CsvTime.Kind.Instant => (day * CsvTime.MicrosPerDay) + micros,
            CsvTime.Kind.Local => (day * CsvTime.MicrosPerDay) + micros - offsetMicros,
            _ => throw new CsvException(CsvReasons.BadDate, records.Line, $"`{CsvBars.Text(text)}` is no date and time such as 2024-03-04 09:30:00.5."),
        };
    }

    private static long? Number(CsvRecordReader records, int field, string name, int scale)
    {
        ReadOnlySpan<byte> text = records.Field(field);
        return CsvNumber.Read(text, scale, out long units) switch
        {
            CsvNumber.Outcome.Missing => null,
            CsvNumber.Outcome.Exact => units,
            _ => throw new CsvException(CsvReasons.BadNumber, records.Line, $"{name} is `{CsvBars.Text(text)}`, expected a number with at most {scale} decimal places."),
        };
    }

    /// <summary>Growing columns.</summary>
    private sealed class Rows
    {
        private readonly List<string> _symbols = [];
        private readonly List<long> _times = [];
        private readonly List<long> _volumes = [];
        private readonly List<long>[] _prices = [[], [], []];

        public int Count => _times.Count;

        public void Add(string symbol, long time, long last, long volume, long? bid, long? ask)
        {
            // Ticks of one symbol come in a row: one text for all of them.
            _symbols.Add(_symbols.Count > 0 && _symbols[^1] == symbol ? _symbols[^1] : symbol);
            _times.Add(time);
            _volumes.Add(volume);
            _prices[0].Add(last);
            _prices[1].Add(bid ?? NoPrice);
            _prices[2].Add(ask ?? NoPrice);
        }

        public Table ToTable(TickHeader header)
        {
            bool isCoarse = _prices.All(column => column.TrueForAll(price => price == NoPrice || price % SharePart == 0));
            int scale = isCoarse ? ShareScale : PriceScale;
            List<(ColumnSchema Schema, List<long>? Prices)> columns =
            [
                (new ColumnSchema("symbol", ColumnType.String), null),
                (new ColumnSchema("time", ColumnType.Timestamp), null),
                (new ColumnSchema("last", ColumnType.Decimal, scale), _prices[0]),
                (new ColumnSchema("volume", ColumnType.Int64), null),
            ];
            columns.AddRange(new[] { ("bid", header.Bid, 1), ("ask", header.Ask, 2) }
                .Where(one => one.Item2 >= 0)
                .Select(one => (new ColumnSchema(one.Item1, ColumnType.Decimal, scale), (List<long>?)_prices[one.Item3])));
            TableBuilder builder = new([.. columns.Select(column => column.Schema)]);
            for (int row = 0; row < Count; row++)
            {
                builder[0].Append(_symbols[row]);
                builder[1].AppendRaw(_times[row]);
                builder[3].AppendRaw(_volumes[row]);
                for (int column = 0; column < columns.Count; column++)
                {
                    if (columns[column].Prices is not { } prices)
                    {
                        continue;
                    }

                    if (prices[row] == NoPrice)
                    {
                        builder[column].AppendNull();
                    }
                    else
                    {
                        builder[column].AppendRaw(isCoarse ? prices[row] / SharePart : prices[row]);
                    }
                }
            }

            return builder.Build();
        }
    }
}

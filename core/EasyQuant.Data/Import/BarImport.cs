using EasyQuant.Domain;

namespace EasyQuant.Data;

/// <summary>Imports files of bars of any vendor in <see cref="ImportProfiles"/>. Pure: files come in through <see cref="IImportFiles"/>.</summary>
public static class BarImport
{
    /// <summary>Largest file that is read whole (binary forms and archives): 1 GiB.</summary>
    public const int BytesMax = 1 << 30;

    private const int ProbeRows = 50;

    /// <summary>Imports one file.</summary>
    /// <param name="path">Path of the file, as <paramref name="files"/> knows it; its name may tell symbol, interval and profile.</param>
    /// <param name="files">Opens the file and its neighbours.</param>
    /// <param name="options">Profile and what overrides it.</param>
    /// <exception cref="CsvException">Text that cannot be read, with its line.</exception>
    /// <exception cref="TdxException">A TDX file that cannot be read.</exception>
    /// <exception cref="ImportException">Another form that cannot be read, or no symbol, no zone, a refused archive.</exception>
    public static ImportResult Read(string path, IImportFiles files, ImportOptions options)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(options);
        using Stream stream = files.OpenRead(path) ?? throw new ImportException("IMPORT_FORMAT", $"There is no file {path}.");
        if (options.Profile is null && path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
        {
            return ReadZip(path, stream, null, options);
        }

        ImportProfile profile = options.Profile ?? Detect(path, stream, options.Encoding);
        ImportKind kind = profile.Kind == ImportKind.Csv && path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase) ? ImportKind.CsvZip
            : profile.Kind == ImportKind.LeanZip && !path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase) ? ImportKind.Csv
            : profile.Kind;
        return kind switch
        {
            ImportKind.Csv => ReadCsv(path, path, stream, profile, options),
            ImportKind.LeanZip or ImportKind.CsvZip => ReadZip(path, stream, profile, options),
            ImportKind.QlibBin => Binary(QlibBin.Read(path, files, options, out long skipped), skipped, 0, profile, options),
            ImportKind.Arrow => ColumnarBars.Read(ArrowFile.Read(ReadAll(stream, path)), path, profile, options),
            ImportKind.Parquet => ColumnarBars.Read(ParquetFile.Read(ReadAll(stream, path)), path, profile, options),
            _ => ReadBinary(path, ReadAll(stream, path), profile, options),
        };
    }

    /// <summary>Reads a stream to its end.</summary>
    internal static byte[] ReadAll(Stream stream, string path)
    {
        if (stream.Length > BytesMax)
        {
            throw new ImportException("IMPORT_LIMIT", $"{path} has {stream.Length} bytes, at most {BytesMax} are read.");
        }

        var bytes = new byte[stream.Length];
        stream.Position = 0;
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static ImportProfile Detect(string path, Stream stream, CsvEncoding encoding)
    {
        var head = new byte[Math.Min(ImportDetection.HeadLength, stream.Length)];
        stream.ReadExactly(head);
        stream.Position = 0;
        return ImportDetection.Detect(path, head, encoding);
    }

    private static ImportResult ReadBinary(string path, byte[] file, ImportProfile profile, ImportOptions options)
    {
        Symbol symbol = SymbolOf(path, profile, options);
        if (profile.Kind == ImportKind.FreqtradeJson)
        {
            PanelInterval interval = options.Interval ?? FileNames.Interval(path)
                ?? throw new ImportException("IMPORT_FORMAT", $"{path}: the name does not tell the interval as in BTC_USDT-5m.json; name it, for example 5m.");
            Table bars = FreqtradeJson.Read(file, symbol, interval, Scales(profile, options), options.RowsMax, options.RowsStop);
            return Binary(bars, 0, interval.Minutes, profile, options);
        }

        if (profile.Kind == ImportKind.TdxDay)
        {
            return Binary(TdxDayFile.Read(file, symbol, options.RowsMax), 0, 0, profile, options);
        }

        int minutes = options.Interval is { IsDay: false } given ? given.Minutes : path[^1] == '5' ? 5 : 1;
        return Binary(TdxMinuteFile.Read(file, symbol, minutes, profile.Kind == ImportKind.TdxOldMinute, options.RowsMax), 0, minutes, profile, options);
    }

    private static ImportResult ReadZip(string path, Stream stream, ImportProfile? given, ImportOptions options)
    {
        var results = new List<ImportResult>();
        int rowsLeft = options.RowsMax;
        foreach ((string name, byte[] content) in ZipCsv.Read(stream))
        {
            using var inner = new MemoryStream(content, writable: false);
            ImportProfile profile = given ?? ImportDetection.Detect(path + "/" + name, content.AsMemory(0, Math.Min(content.Length, ImportDetection.HeadLength)), options.Encoding);
            if (profile.Kind is not (ImportKind.Csv or ImportKind.LeanZip))
            {
                throw new ImportException("IMPORT_ARCHIVE", $"The archive is refused: `{name}` is {profile.TitleEn}; only text files are read from archives, unpack it.");
            }

            results.Add(ReadCsv(name, path + "/" + name, inner, profile, options with { RowsMax = rowsLeft }));
            rowsLeft -= results[^1].Table.RowCount;
        }

        if (results.Count == 0)
        {
            throw new ImportException("IMPORT_ARCHIVE", "The archive is refused: it holds no file.");
        }

        if (results.Count == 1)
        {
            return results[0];
        }

        return new ImportResult(ImportMerge.Tables([.. results.Select(r => r.Table)]), ImportMerge.Reports([.. results.Select(r => r.Report)]), results[0].Profile);
    }

    internal static ImportResult ReadCsv(string name, string path, Stream stream, ImportProfile profile, ImportOptions options)
    {
        bool isLean = profile.Kind == ImportKind.LeanZip;
        bool isScaled = isLean && !path.Contains("crypto", StringComparison.OrdinalIgnoreCase) && !path.Contains("forex", StringComparison.OrdinalIgnoreCase) && !path.Contains("cfd", StringComparison.OrdinalIgnoreCase);
        bool isQuote = isLean && path.Contains("quote", StringComparison.OrdinalIgnoreCase);
        string? exchange = profile.DefaultExchange;
        bool isNamed = FileNames.TrySymbol(name, exchange, out Symbol ofName) || FileNames.TrySymbol(path, exchange, out ofName);
        int scale = isLean && !isScaled ? 8 : options.PriceScale ?? profile.PriceScale;
        var csv = new CsvBarOptions
        {
            Encoding = options.Encoding,
            Symbol = options.Symbol,
            FallbackSymbol = isNamed ? ofName : null,
            VolumeMultiplier = options.VolumeMultiplier ?? profile.VolumeMultiplier,
            AmountMultiplier = options.AmountMultiplier ?? profile.AmountMultiplier,
            PriceDivisor = isLean && !isScaled ? 1 : profile.PriceDivisor,
            PriceScale = scale,
            QuantityScale = isLean && !isScaled ? 8 : options.QuantityScale ?? profile.QuantityScale,
            StampsEnd = options.StampsEnd ?? profile.StampsEnd,
            Zone = TimeZoneInfo.Utc,
            DateOrder = options.DateOrder,
            BaseDate = isLean ? FileNames.Day(name) ?? FileNames.Day(path[(path.LastIndexOf(".zip/", StringComparison.Ordinal) + 1)..]) : null,
            HeaderIfNone = isQuote ? ["time", "open", "high", "low", "close", "bid_size", "ask_open", "ask_high", "ask_low", "ask_close", "ask_size"] : profile.HeaderIfNone,
            DefaultExchange = exchange,
            IsFactored = profile.IsFactored,
            IsQuote = isQuote,
            SkipBadRows = options.SkipBadRows,
            RowsMax = options.RowsMax,
            RowsStop = options.RowsStop,
        };
        PanelInterval? interval = options.Interval ?? FileNames.Interval(name) ?? Probe(stream, csv);
        csv = csv with { Interval = interval, Zone = interval is { IsDay: true } && profile.ZoneId != "UTC" ? null : ZoneOf(profile, options) };
        CsvBarResult result = CsvBars.Read(stream, csv);
        return new ImportResult(result.Table, result.Report, profile);
    }

    // Bars of a day have no time of day, or midnight.
    private static PanelInterval? Probe(Stream stream, CsvBarOptions options)
    {
        CsvBarResult probe = CsvBars.Read(stream, options with { Interval = null, StampsEnd = false, SkipBadRows = true, RowsStop = ProbeRows });
        stream.Position = 0;
        return probe.Report.HasTimes ? null : PanelInterval.Day;
    }

    private static TimeZoneInfo? ZoneOf(ImportProfile profile, ImportOptions options)
    {
        string id = options.ZoneId ?? profile.ZoneId;
        switch (id)
        {
            case "Asia/Shanghai": return null;
            case "UTC" or "Etc/UTC": return TimeZoneInfo.Utc;
        }

        try
        {
            return options.FindZone?.Invoke(id) ?? throw new ImportException("IMPORT_ZONE", $"The zone {id} is not known here.");
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException)
        {
            throw new ImportException("IMPORT_ZONE", $"There is no zone `{id}`; zones have IANA names such as America/New_York.");
        }
    }

    internal static BarScales Scales(ImportProfile profile, ImportOptions options)
    {
        int price = options.PriceScale ?? profile.PriceScale;
        return new BarScales(price, options.QuantityScale ?? profile.QuantityScale, price);
    }

    internal static Symbol SymbolOf(string path, ImportProfile profile, ImportOptions options)
    {
        if (options.Symbol is { } given)
        {
            return given;
        }

        return FileNames.TrySymbol(path, profile.DefaultExchange, out Symbol symbol)
            ? symbol
            : throw new ImportException("IMPORT_SYMBOL", $"{path}: the name is no known spelling of a symbol; name the symbol.");
    }

    private static ImportResult Binary(Table bars, long skipped, int minutes, ImportProfile profile, ImportOptions options)
    {
        Table table = options.RowsStop is { } stop && bars.RowCount > stop ? bars.Slice(0, stop) : bars;
        return new ImportResult(table, ImportMerge.ReportOf(table, skipped, minutes), profile);
    }
}

namespace EasyQuant.Data;

/// <summary>Guesses the profile of a file from its name and its first bytes.</summary>
public static class ImportDetection
{
    /// <summary>Bytes that are enough to guess.</summary>
    public const int HeadLength = 64 << 10;

    private const int LinesMax = 16;

    /// <summary>Returns the profile; <c>generic</c> when nothing tells.</summary>
    /// <param name="path">Path with <c>/</c>; only the text counts.</param>
    /// <param name="head">The first bytes, at best <see cref="HeadLength"/>.</param>
    /// <param name="encoding">Encoding of text.</param>
    /// <exception cref="CsvException">The text cannot be read at all.</exception>
    public static ImportProfile Detect(string path, ReadOnlyMemory<byte> head, CsvEncoding encoding = CsvEncoding.Auto)
    {
        ArgumentNullException.ThrowIfNull(path);
        string name = path[(path.LastIndexOf('/') + 1)..];
        return ImportProfiles.Get(OfMagic(head.Span) ?? OfExtension(path, name) ?? OfText(path, name, head, encoding));
    }

    /// <summary>Whether the first bytes of a file, at best 8, are those of Parquet or Arrow.</summary>
    internal static bool IsColumnar(ReadOnlySpan<byte> head) => OfMagic(head) is not null;

    private static string? OfMagic(ReadOnlySpan<byte> head) =>
        head.StartsWith("ARROW1"u8) || head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFF, 0xFF, 0xFF]) ? "arrow" : head.StartsWith("PAR1"u8) ? "parquet" : null;

    private static string? OfExtension(string path, string name) => Path.GetExtension(name).ToLowerInvariant() switch
    {
        ".day" => "tdx_day",
        ".lc1" or ".lc5" => "tdx_minute",
        ".1" or ".5" => "tdx_old_minute",
        ".bin" => "qlib_bin",
        ".json" => "freqtrade",
        ".arrow" or ".feather" => "arrow",
        ".parquet" => "parquet",
        _ => path.Contains("/vipdoc/", StringComparison.OrdinalIgnoreCase) && name.EndsWith(".txt", StringComparison.OrdinalIgnoreCase) ? "tdx_text" : null,
    };

    // LEAN divides prices by 10,000, so it is guessed only where the file says so: its folders, its names, or its dates.
    private static bool IsLean(string path, ReadOnlySpan<byte> line) =>
        path.Contains("equity/", StringComparison.OrdinalIgnoreCase) || path.Contains("crypto/", StringComparison.OrdinalIgnoreCase)
        || path.Contains("forex/", StringComparison.OrdinalIgnoreCase) || path.Contains("_trade", StringComparison.OrdinalIgnoreCase)
        || path.Contains("_quote", StringComparison.OrdinalIgnoreCase)
        || (line.Length > 14 && line[8] == (byte)' ' && line[11] == (byte)':' && line[14] == (byte)',');

    private static string OfText(string path, string name, ReadOnlyMemory<byte> head, CsvEncoding encoding)
    {
        // A cut head may end inside a row or a character: only whole lines count.
        int end = head.Length < HeadLength ? head.Length : head.Span.LastIndexOf((byte)'\n') + 1;
        using var stream = new MemoryStream(head[..end].ToArray(), writable: false);
        var records = new CsvRecordReader(new Utf8Feed(stream, encoding), new CsvBarOptions());
        string? firstWord = null;
        for (int i = 0; i < LinesMax; i++)
        {
            ReadOnlySpan<byte> line = records.PeekLine();
            if (line.IsEmpty)
            {
                break;
            }

            bool isTitle = firstWord is not null;
            int fieldCount = line.Count((byte)',') + 1;
            if (firstWord is null && line[0] is >= (byte)'0' and <= (byte)'9' && (fieldCount == 12 || (fieldCount is 6 or 10 or 11 && IsLean(path, line))))
            {
                return fieldCount == 12 ? "binance" : "lean";
            }

            records.UseDelimiter(CsvHeaderFinder.GuessDelimiter(line));
            if (!records.Read())
            {
                break;
            }

            string[] names = records.FieldTexts();
            firstWord ??= names[0];
            if (CsvBarHeader.TryMap(names, needsSymbol: false, records.Line, out CsvBarHeader header).Count == 0)
            {
                return OfHeader([.. names.Select(n => n.Trim().ToLowerInvariant())], header, isTitle || name.Contains('#', StringComparison.Ordinal), records);
            }
        }

        return "generic";
    }

    private static string OfHeader(HashSet<string> names, CsvBarHeader header, bool hasTitle, CsvRecordReader records)
    {
        bool Has(params ReadOnlySpan<string> wanted)
        {
            foreach (string name in wanted)
            {
                if (!names.Contains(name))
                {
                    return false;
                }
            }

            return true;
        }

        string? found = Has("ts_code", "trade_date") ? "tushare"
            : Has("adjustflag") ? Has("time") ? "baostock_minute" : "baostock"
            : Has("开盘") && hasTitle ? "tdx_text"
            : Has("开盘", "股票代码") || Has("日期", "换手率") ? "akshare"
            : Has("时间", "开盘") && !Has("日期") ? "akshare_minute"
            : Has("开盘", "日期") ? "tdx_text"
            : Has("outstanding_share") ? "akshare_sina"
            : Has("hold", "settle") ? "akshare_futures"
            : Has("exchange", "datetime") ? "vnpy"
            : Has("money") ? "joinquant"
            : Has("open_time", "close_time") ? "binance"
            : Has("adj close") || Has("dividends", "stock splits") || Has("price", "close") ? "yfinance"
            : Has("factor") ? "qlib_csv"
            : Has("date", "openinterest") ? "backtrader"
            : Has("", "open", "close") ? "backtesting"
            : null;
        return found ?? (records.Read() && header.Date < records.FieldCount && CsvTime.Read(records.Field(header.Date), out _, out _) == CsvTime.Kind.Ambiguous ? "us_excel" : "generic");
    }
}

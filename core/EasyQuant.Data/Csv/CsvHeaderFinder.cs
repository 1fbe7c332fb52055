using EasyQuant.Domain;

namespace EasyQuant.Data;

/// <summary>Finds the header below a vendor's title lines, and what those lines say about symbol and adjustment.</summary>
internal sealed class CsvHeaderFinder(CsvRecordReader records, CsvBarOptions options)
{
    private const int HeaderLinesMax = 16;
    private Symbol? _symbolOfTitle;
    private Symbol? _ticker;

    /// <summary>True when the file has no header and the options' names were taken.</summary>
    public bool IsGiven { get; private set; }

    /// <summary><c>forward</c>, <c>backward</c> or <c>none</c> when a title line says it.</summary>
    public string? Adjustment { get; private set; }

    public CsvBarHeader Find()
    {
        IReadOnlyList<string>? fewestMissing = null;
        string bestNames = "";
        long bestLine = 0;
        for (int i = 0; i < HeaderLinesMax; i++)
        {
            ReadOnlySpan<byte> line = records.PeekLine();
            if (line.IsEmpty)
            {
                break;
            }

            records.UseDelimiter(GuessDelimiter(line));
            if (options.HeaderIfNone is { } given && line.TrimStart(" \""u8) is [>= (byte)'0' and <= (byte)'9', ..])
            {
                IsGiven = true;
                CsvBarHeader.TryMap([.. given], needsSymbol: false, 0, out CsvBarHeader taken);
                return taken;
            }

            if (!records.Read())
            {
                break;
            }

            string[] names = records.FieldTexts();
            IReadOnlyList<string> missing = CsvBarHeader.TryMap(names, needsSymbol: false, records.Line, out CsvBarHeader header);
            if (missing.Count == 0)
            {
                ReadTickers(names[0]);
                return header;
            }

            ReadTitle(names[0]);
            if (fewestMissing is null || missing.Count < fewestMissing.Count)
            {
                (fewestMissing, bestNames, bestLine) = (missing, string.Join(", ", names.Take(20)), records.Line);
            }
        }

        throw fewestMissing is null
            ? new CsvException(CsvReasons.Empty, 0, "the file is empty; expected a header line.")
            : new CsvException(
                CsvReasons.MissingColumn,
                bestLine,
                $"no column for {string.Join(", ", fewestMissing)}; the header has: {(bestNames.Length > 200 ? bestNames[..200] + "..." : bestNames)}.");
    }

    /// <summary>The symbol of a file without a symbol column: given, of a ticker line, of the name, or of a title line (whose bare code may be an index).</summary>
    /// <exception cref="CsvException"><c>CSV_MISSING_COLUMN</c>: there is none.</exception>
    public Symbol SymbolOfFile(CsvBarHeader header) => options.Symbol ?? _ticker ?? options.FallbackSymbol ?? _symbolOfTitle
        ?? throw new CsvException(CsvReasons.MissingColumn, records.Line, $"no column for symbol; the header has: {header.Names()}.");

    // yfinance from 0.2.51 on: "Price,Close,..." / "Ticker,MSFT,MSFT,..." / "Date,,,".
    private void ReadTickers(string firstName)
    {
        if (!string.Equals(firstName, "Price", StringComparison.OrdinalIgnoreCase) || !records.PeekLine().StartsWith("Ticker"u8) || !records.Read())
        {
            return;
        }

        string[] tickers = [.. records.FieldTexts().Skip(1).Where(t => t.Length > 0).Distinct()];
        if (tickers.Length > 1)
        {
            throw new CsvException(
                CsvReasons.DuplicateColumn, records.Line, $"the file holds {tickers.Length} tickers side by side ({string.Join(", ", tickers.Take(5))}); save one file a ticker.");
        }

        if (tickers.Length == 1 && (Symbol.TryNormalize(tickers[0], out Symbol symbol) || Symbol.TryNormalize(tickers[0] + "." + (options.DefaultExchange ?? "US"), out symbol)))
        {
            _ticker = symbol;
        }
    }

    private void ReadTitle(string title)
    {
        Adjustment = title.Contains("前复权", StringComparison.Ordinal) ? "forward"
            : title.Contains("后复权", StringComparison.Ordinal) ? "backward"
            : title.Contains("不复权", StringComparison.Ordinal) ? "none"
            : Adjustment;
        string[] words = title.Split([' ', '\t', '(', ')', '（', '）'], StringSplitOptions.RemoveEmptyEntries);
        foreach (string word in words)
        {
            if (_symbolOfTitle is null && word.Length >= 6 && word.Any(char.IsAsciiDigit) && Symbol.TryNormalize(word, out Symbol symbol))
            {
                _symbolOfTitle = symbol;
            }
        }
    }

    public static byte GuessDelimiter(ReadOnlySpan<byte> line)
    {
        byte best = (byte)',';
        int most = 0;
        foreach (byte candidate in ",;\t|"u8)
        {
            int count = line.Count(candidate);
            if (count > most)
            {
                (best, most) = (candidate, count);
            }
        }

        return best;
    }
}

using System.Text;

namespace EasyQuant.Data;

internal sealed class CsvBarReader
{
    private const int HeaderLinesMax = 16;
    private readonly CsvBarOptions _options;
    private readonly Utf8Feed _feed;
    private readonly CsvRecordReader _records;
    private readonly SymbolSet _symbols = new();
    private readonly BarRows _rows;
    private readonly SortedDictionary<string, long> _skipped = new(StringComparer.Ordinal);
    private readonly List<ParseIssue> _issues = [];
    private readonly int _volumePower;
    private readonly int _amountPower;
    private long _roundedCount;
    private long _firstRoundedLine;

    public CsvBarReader(Stream stream, CsvBarOptions options)
    {
        bool isTushare = options.Profile == CsvProfile.Tushare;
        _options = options;
        _volumePower = PowerOfTen(isTushare ? 100 : options.VolumeMultiplier, nameof(CsvBarOptions.VolumeMultiplier));
        _amountPower = PowerOfTen(isTushare ? 1000 : options.AmountMultiplier, nameof(CsvBarOptions.AmountMultiplier)) + BarTable.Scale;
        CheckLimits(options);
        _feed = new Utf8Feed(stream, options.Encoding);
        _records = new CsvRecordReader(_feed, options);
        _rows = new BarRows(_symbols);
    }

    public CsvBarResult Read()
    {
        CsvBarHeader header = FindHeader();
        long headerLine = _records.Line;
        int fixedSymbol = header.Symbol < 0 ? _symbols.Add(_options.Symbol!.Value) : -1;
        long rowsRead = 0;
        while (_records.Read())
        {
            if (++rowsRead > _options.RowsMax)
            {
                throw new CsvException(CsvReasons.TooManyRows, _records.Line, $"the file has more than {_options.RowsMax} rows.");
            }

            ReadRow(header, fixedSymbol);
        }

        if (_roundedCount > 0)
        {
            Note(_firstRoundedLine, CsvReasons.Rounded, $"{_roundedCount} numbers have more digits than are kept and were rounded; the first is in this line.");
        }

        Table table = _rows.ToTable(header.PreClose >= 0, out long duplicateCount);
        var report = new ParseReport
        {
            RowsRead = rowsRead,
            RowsLoaded = table.RowCount,
            SkippedByReason = _skipped,
            Issues = _issues,
            DuplicateCount = duplicateCount,
            RoundedCount = _roundedCount,
            Encoding = _feed.EncodingName,
            Delimiter = (char)_records.Delimiter,
            HeaderLine = headerLine,
        };
        return new CsvBarResult(table, report);
    }

    // Vendors put a title above the header, so the first line that names every needed column is the header.
    private CsvBarHeader FindHeader()
    {
        IReadOnlyList<string>? fewestMissing = null;
        string bestNames = "";
        long bestLine = 0;
        for (int i = 0; i < HeaderLinesMax; i++)
        {
            ReadOnlySpan<byte> line = _records.PeekLine();
            if (line.IsEmpty)
            {
                break;
            }

            _records.UseDelimiter(GuessDelimiter(line));
            if (!_records.Read())
            {
                break;
            }

            string[] names = FieldTexts();
            IReadOnlyList<string> missing = CsvBarHeader.TryMap(names, _options.Symbol is null, _records.Line, out CsvBarHeader header);
            if (missing.Count == 0)
            {
                return header;
            }

            if (fewestMissing is null || missing.Count < fewestMissing.Count)
            {
                (fewestMissing, bestNames, bestLine) = (missing, string.Join(", ", names.Take(20)), _records.Line);
            }
        }

        throw fewestMissing is null
            ? new CsvException(CsvReasons.Empty, 0, "the file is empty; expected a header line.")
            : new CsvException(
                CsvReasons.MissingColumn,
                bestLine,
                $"no column for {string.Join(", ", fewestMissing)}; the header has: {(bestNames.Length > 200 ? bestNames[..200] + "..." : bestNames)}.");
    }

    private string[] FieldTexts()
    {
        var names = new string[_records.FieldCount];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = Encoding.UTF8.GetString(_records.Field(i));
        }

        return names;
    }

    private static byte GuessDelimiter(ReadOnlySpan<byte> line)
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

    private void ReadRow(CsvBarHeader header, int fixedSymbol)
    {
        int extra = _records.FieldCount - header.FieldCount;
        bool hasTrailingDelimiter = extra == 1 && _records.Field(_records.FieldCount - 1).IsEmpty;
        ReadOnlySpan<byte> dateText = header.Date < _records.FieldCount ? _records.Field(header.Date) : default;
        bool isDate = CsvDate.TryRead(dateText, out int day);
        if (!isDate && IsRepeatedHeader(header))
        {
            Skip(CsvReasons.RepeatedHeader, "a header inside the data was left out.");
            return;
        }

        if (extra != 0 && !hasTrailingDelimiter)
        {
            if (extra < 0 && !isDate && _records.FieldCount <= 2)
            {
                // Footer lines such as "数据来源:通达信".
                Skip(CsvReasons.FieldCount, $"`{CsvBars.Text(_records.Field(0))}` is no row and was left out.");
                return;
            }

            Refuse(CsvReasons.FieldCount, $"{_records.FieldCount} fields, the header has {header.FieldCount}.");
            return;
        }

        if (!isDate)
        {
            Refuse(CsvReasons.BadDate, $"`{CsvBars.Text(dateText)}` is no date; known are 2024-01-31, 20240131 and 2024/1/31.");
            return;
        }

        int symbol = fixedSymbol;
        if (symbol < 0)
        {
            ReadOnlySpan<byte> exchange = header.ExchangeColumn >= 0 ? _records.Field(header.ExchangeColumn) : default;
            if (!_symbols.TryGet(_records.Field(header.Symbol), exchange, out symbol))
            {
                Refuse(CsvReasons.BadSymbol, $"`{CsvBars.Text(_records.Field(header.Symbol))}` is no known spelling of a symbol.");
                return;
            }
        }

        ReadNumbers(header, _rows.Add(symbol, day));
    }

    private void ReadNumbers(CsvBarHeader header, int row)
    {
        int missing = 0;
        bool isGood = Price(header.Open, BarRows.OpenColumn, row, ref missing)
            && Price(header.High, BarRows.HighColumn, row, ref missing)
            && Price(header.Low, BarRows.LowColumn, row, ref missing)
            && Price(header.Close, BarRows.CloseColumn, row, ref missing);
        int unused = 0;
        isGood = isGood
            && Number(header.Volume, BarRows.VolumeColumn, row, _volumePower, BarTable.Volume, ref unused)
            && Number(header.Amount, BarRows.AmountColumn, row, _amountPower, BarTable.Amount, ref unused)
            && (header.PreClose < 0 || Number(header.PreClose, BarRows.PreCloseColumn, row, BarTable.Scale, BarTable.PreClose, ref unused));
        if (!isGood)
        {
            _rows.RemoveLast();
            return;
        }

        if (missing > 0)
        {
            _rows.RemoveLast();
            if (missing == 4)
            {
                Skip(CsvReasons.NoPrices, "the row has no prices (a suspended day) and was left out.");
            }
            else
            {
                Refuse(CsvReasons.BadNumber, $"{missing} of the four prices are empty.");
            }
        }
    }

    private bool Price(int field, int column, int row, ref int missing) =>
        Number(field, column, row, BarTable.Scale, BarTable.Schema[2 + column].Name, ref missing);

    private bool Number(int field, int column, int row, int power, string name, ref int missing)
    {
        if (field < 0)
        {
            _rows.SetMissing(column, row);
            return true;
        }

        ReadOnlySpan<byte> text = _records.Field(field);
        CsvNumber.Outcome outcome = CsvNumber.Read(text, power, out long units);
        switch (outcome)
        {
            case CsvNumber.Outcome.Exact:
                _rows.Set(column, row, units);
                return true;
            case CsvNumber.Outcome.Rounded:
                _firstRoundedLine = _roundedCount++ == 0 ? _records.Line : _firstRoundedLine;
                _rows.Set(column, row, units);
                return true;
            case CsvNumber.Outcome.Missing:
                missing++;
                _rows.Set(column, row, 0);
                _rows.SetMissing(column, row);
                return true;
            default:
                Refuse(CsvReasons.BadNumber, $"column {field + 1} ({name}): `{CsvBars.Text(text)}` is no number that fits.");
                return false;
        }
    }

    private bool IsRepeatedHeader(CsvBarHeader header)
    {
        string first = Encoding.UTF8.GetString(_records.Field(0));
        bool repeatsFirst = first.Length > 0 && string.Equals(first, header.FirstName, StringComparison.OrdinalIgnoreCase);
        if (repeatsFirst || first is "Ticker" or "Date")
        {
            return true;
        }

        return _records.FieldCount == header.FieldCount
            && CsvBarHeader.TryMap(FieldTexts(), header.Symbol >= 0, _records.Line, out _).Count == 0;
    }

    private void Refuse(string reason, string message)
    {
        if (!_options.SkipBadRows)
        {
            throw new CsvException(reason, _records.Line, message);
        }

        Skip(reason, message);
    }

    private void Skip(string reason, string message)
    {
        _skipped[reason] = _skipped.GetValueOrDefault(reason) + 1;
        Note(_records.Line, reason, message);
    }

    private void Note(long line, string reason, string message)
    {
        if (_issues.Count < ParseReport.IssuesMax)
        {
            _issues.Add(new ParseIssue(line, reason, message));
        }
    }

    private static int PowerOfTen(int multiplier, string name)
    {
        int power = 0;
        for (long value = 1; value <= 1_000_000; value *= 10, power++)
        {
            if (value == multiplier)
            {
                return power;
            }
        }

        throw new ArgumentException($"{name} must be a power of ten from 1 to 1,000,000, was {multiplier}.", name);
    }

    private static void CheckLimits(CsvBarOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.RowsMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.LineBytesMax, 64);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.LineBytesMax, 256 << 20);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.FieldBytesMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ColumnsMax, 1);
    }
}

using System.Text;
using EasyQuant.Domain;

namespace EasyQuant.Data;

internal sealed class CsvBarReader
{
    private const int FactorPower = 12;
    private readonly CsvBarOptions _options;
    private readonly Utf8Feed _feed;
    private readonly CsvRecordReader _records;
    private readonly SymbolSet _symbols;
    private readonly BarRows _rows;
    private readonly CsvLog _log;
    private readonly CsvStamps _stamps;
    private readonly int _pricePower;
    private readonly int _volumePower;
    private readonly int _amountPower;
    private readonly long _volumeMultiplier;
    private readonly long _amountMultiplier;
    private readonly HashSet<char> _adjustFlags = [];
    private long _roundedCount;
    private long _firstRoundedLine;

    public CsvBarReader(Stream stream, CsvBarOptions options)
    {
        bool isTushare = options.Profile == CsvProfile.Tushare;
        _options = options;
        CheckLimits(options);
        _volumeMultiplier = isTushare ? 100 : options.VolumeMultiplier;
        _amountMultiplier = isTushare ? 1000 : options.AmountMultiplier;
        _pricePower = options.PriceScale - PowerOfTen(options.PriceDivisor, nameof(CsvBarOptions.PriceDivisor));
        _volumePower = PowerOfTen(_volumeMultiplier, nameof(CsvBarOptions.VolumeMultiplier)) + options.QuantityScale;
        _amountPower = PowerOfTen(_amountMultiplier, nameof(CsvBarOptions.AmountMultiplier)) + options.PriceScale;
        _feed = new Utf8Feed(stream, options.Encoding);
        _records = new CsvRecordReader(_feed, options);
        _symbols = new SymbolSet(options.DefaultExchange);
        _stamps = new CsvStamps(options);
        _rows = new BarRows(_symbols, new BarScales(options.PriceScale, options.QuantityScale, options.PriceScale), hasTime: !_stamps.IsDaily);
        _log = new CsvLog(options.SkipBadRows);
    }

    public CsvBarResult Read()
    {
        try
        {
            return ReadAll();
        }
        finally
        {
            _records.Release();
        }
    }

    private CsvBarResult ReadAll()
    {
        var finder = new CsvHeaderFinder(_records, _options);
        CsvBarHeader header = finder.Find();
        long headerLine = _records.Line;
        int fixedSymbol = header.Symbol < 0 ? _symbols.Add(finder.SymbolOfFile(header)) : -1;
        long rowsRead = 0;
        while ((_options.RowsStop is not { } stop || _rows.Count < stop) && _records.Read())
        {
            if (++rowsRead > _options.RowsMax)
            {
                throw new CsvException(CsvReasons.TooManyRows, _records.Line, $"the file has more than {_options.RowsMax} rows.");
            }

            ReadRow(header, fixedSymbol);
        }

        _stamps.Finish(_rows);
        string? adjustment = Adjustment(finder.Adjustment);
        if (_roundedCount > 0)
        {
            _log.Note(_firstRoundedLine, CsvReasons.Rounded, $"{_roundedCount} numbers have more digits than are kept and were rounded; the first is in this line.");
        }

        if (_feed.NulCount > 0)
        {
            _log.Note(0, CsvReasons.NulBytes, $"{_feed.NulCount} NUL bytes were left out.");
        }

        Table table = _rows.ToTable(out long duplicateCount);
        (long breaches, long zeroVolumes) = BarChecks.Count(table);
        var report = new ParseReport
        {
            RowsRead = rowsRead,
            RowsLoaded = table.RowCount,
            SkippedByReason = _log.Skipped,
            Issues = _log.Issues,
            DuplicateCount = duplicateCount,
            RoundedCount = _roundedCount,
            Encoding = _feed.EncodingName,
            Delimiter = (char)_records.Delimiter,
            HeaderLine = finder.IsGiven ? 0 : headerLine,
            Mapping = header.Mapping(_volumeMultiplier, _amountMultiplier),
            UnusedColumns = header.Unused(),
            OhlcBreachCount = breaches,
            ZeroVolumeCount = zeroVolumes,
            Adjustment = adjustment,
            IntervalMinutes = _stamps.IntervalMinutes,
            HasTimes = _stamps.HasTimes,
        };
        return new CsvBarResult(table, report);
    }

    private string? Adjustment(string? ofTitle)
    {
        // Baostock: 1 = backward, 2 = forward, 3 = none.
        string? adjustment = _adjustFlags.Count == 0 ? ofTitle : _adjustFlags.Contains('1') ? "backward" : _adjustFlags.Contains('2') ? "forward" : "none";
        if (_adjustFlags.Count > 1)
        {
            throw new CsvException(CsvReasons.Adjusted, 0, "rows of different adjustment are mixed in one file (column adjustflag); split it.");
        }

        if (adjustment is "forward" or "backward")
        {
            _log.Note(0, CsvReasons.Adjusted, $"the prices are adjusted ({adjustment}) by the source; they are not the traded ones.");
        }

        return adjustment;
    }

    private void ReadRow(CsvBarHeader header, int fixedSymbol)
    {
        int extra = _records.FieldCount - header.FieldCount;
        bool hasTrailingDelimiter = extra == 1 && _records.Field(_records.FieldCount - 1).IsEmpty;
        ReadOnlySpan<byte> dateText = header.Date < _records.FieldCount ? _records.Field(header.Date) : default;
        ReadOnlySpan<byte> timeText = (uint)header.TimeColumn < (uint)_records.FieldCount ? _records.Field(header.TimeColumn) : default;
        bool isDate = _stamps.TryRead(dateText, timeText, out int day, out long micros);
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
            Refuse(CsvReasons.BadDate, $"`{CsvBars.Text(dateText)}` is no date; known are 2024-01-31, 20240131, 2024/1/31, 1/31/2024 and Jan 31 2024.");
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

        if (!IsSuspended(header))
        {
            int row = _rows.Add(symbol, day);
            if (!_stamps.IsDaily)
            {
                _rows.SetTime(row, micros);
            }

            ReadNumbers(header, row);
        }
    }

    private bool IsSuspended(CsvBarHeader header)
    {
        if (header.AdjustFlagColumn >= 0 && _records.Field(header.AdjustFlagColumn) is [var flag, ..])
        {
            _adjustFlags.Add((char)flag);
        }

        bool isSuspended = (header.TradeStatusColumn >= 0 && _records.Field(header.TradeStatusColumn) is [(byte)'0'])
            || (header.PausedColumn >= 0 && _records.Field(header.PausedColumn) is [(byte)'1', ..] or [(byte)'T' or (byte)'t', ..]);
        if (isSuspended)
        {
            Skip(CsvReasons.Suspended, "the row is of a suspended day and was left out.");
        }

        return isSuspended;
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
            && (header.PreClose < 0 || Number(header.PreClose, BarRows.PreCloseColumn, row, _pricePower, BarTable.PreClose, ref unused))
            && (header.OpenInterest < 0 || Number(header.OpenInterest, BarRows.OpenInterestColumn, row, 0, BarTable.OpenInterest, ref unused))
            && (header.Factor < 0 || Number(header.Factor, BarRows.FactorColumn, row, BarRows.FactorScale, BarTable.AdjustmentFactor, ref unused));
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

            return;
        }

        if (_options.IsFactored)
        {
            UndoFactor(header, row);
        }
    }

    // The vendor's prices are floats of price × factor; only the tick tells what was traded.
    private void UndoFactor(CsvBarHeader header, int row)
    {
        if (header.Factor < 0 || CsvNumber.Read(_records.Field(header.Factor), FactorPower, out long factor) > CsvNumber.Outcome.Rounded || factor <= 0)
        {
            _rows.RemoveLast();
            Refuse(CsvReasons.BadNumber, "the factor is missing or not above 0, so the traded prices cannot be found.");
            return;
        }

        long tick = TickOf(_rows.SymbolOf(row));
        ReadOnlySpan<int> fields = [header.Open, header.High, header.Low, header.Close];
        for (int column = BarRows.OpenColumn; column <= BarRows.CloseColumn; column++)
        {
            CsvNumber.Read(_records.Field(fields[column]), FactorPower, out long scaled);
            Int128 ticks = ScaledDecimal.DivideHalfUp((Int128)scaled * DecimalUnits.Power(_options.PriceScale), (Int128)factor * tick);
            _rows.Set(column, row, (long)ticks * tick);
        }

        if (header.Volume >= 0 && !_rows.IsMissing(BarRows.VolumeColumn, row) && CsvNumber.Read(_records.Field(header.Volume), 4, out long volume) <= CsvNumber.Outcome.Rounded)
        {
            Int128 shares = ScaledDecimal.DivideHalfUp((Int128)volume * factor * DecimalUnits.Power(_volumePower), (Int128)DecimalUnits.Power(4 + FactorPower));
            _rows.Set(BarRows.VolumeColumn, row, (long)shares);
        }
    }

    private long TickOf(int symbolId)
    {
        Board board = Symbol.TryNormalize(Encoding.UTF8.GetString(_symbols.Utf8(symbolId)), out Symbol symbol) ? Instrument.BoardOf(symbol) : Board.Other;
        int digits = board switch
        {
            Board.Main or Board.Star or Board.ChiNext or Board.Bse => 2,
            Board.Fund or Board.BShare or Board.Bond => 3,
            _ => 4,
        };
        return DecimalUnits.Power(Math.Max(0, _options.PriceScale - digits));
    }

    private bool Price(int field, int column, int row, ref int missing)
    {
        if (!_options.IsQuote)
        {
            return Number(field, column, row, _pricePower, BarTable.Schema[2 + column].Name, ref missing);
        }

        int noBid = 0;
        int noAsk = 0;
        if (!Number(field, column, row, _pricePower, "bid", ref noBid))
        {
            return false;
        }

        long bid = _rows.Get(column, row);
        if (!Number(field + 5, column, row, _pricePower, "ask", ref noAsk))
        {
            return false;
        }

        // One side alone is the price; without both there is none.
        missing += noBid + noAsk == 2 ? 1 : 0;
        if (noBid + noAsk < 2)
        {
            long ask = _rows.Get(column, row);
            _rows.Set(column, row, noBid == 1 ? ask : noAsk == 1 ? bid : (long)ScaledDecimal.DivideHalfUp((Int128)bid + ask, 2));
            _rows.SetPresent(column, row);
        }

        return true;
    }

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
        if (repeatsFirst || first is "Ticker" or "Date" or "Datetime")
        {
            return true;
        }

        return _records.FieldCount == header.FieldCount
            && CsvBarHeader.TryMap(_records.FieldTexts(), header.Symbol >= 0, _records.Line, out _).Count == 0;
    }

    private void Refuse(string reason, string message) => _log.Refuse(_records.Line, reason, message);

    private void Skip(string reason, string message) => _log.Skip(_records.Line, reason, message);

    private static int PowerOfTen(long multiplier, string name)
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
        ArgumentOutOfRangeException.ThrowIfLessThan(options.PriceScale, BarTable.Scale);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.PriceScale, 8);
        ArgumentOutOfRangeException.ThrowIfNegative(options.QuantityScale);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.QuantityScale, 8);
    }
}

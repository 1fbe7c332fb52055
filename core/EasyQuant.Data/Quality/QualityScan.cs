using System.Globalization;

namespace EasyQuant.Data;

internal sealed class QualityScan
{
    private const int CalendarShare = 5;
    private readonly Table _bars;
    private readonly QualityOptions _options;
    private readonly StringColumn _symbols;
    private readonly DateColumn _dates;
    private readonly DecimalColumn _open;
    private readonly DecimalColumn _high;
    private readonly DecimalColumn _low;
    private readonly DecimalColumn _close;
    private readonly Int64Column _volume;
    private readonly bool[] _isDropped;
    private readonly bool[] _isUnusable;
    private readonly List<QualityFinding>[] _findings = [.. Enum.GetValues<QualityKind>().Select(_ => new List<QualityFinding>())];
    private readonly HashSet<QualityKind> _blocking = [];
    private readonly MarketChecks _market;
    private int[] _calendar = [];

    public QualityScan(Table sorted, QualityOptions options)
    {
        _bars = sorted;
        _options = options;
        _symbols = sorted.GetColumn<StringColumn>(BarTable.Symbol);
        _dates = sorted.GetColumn<DateColumn>(BarTable.TradingDate);
        _open = sorted.GetColumn<DecimalColumn>(BarTable.Open);
        _high = sorted.GetColumn<DecimalColumn>(BarTable.High);
        _low = sorted.GetColumn<DecimalColumn>(BarTable.Low);
        _close = sorted.GetColumn<DecimalColumn>(BarTable.Close);
        _volume = sorted.GetColumn<Int64Column>(BarTable.Volume);
        _isDropped = new bool[sorted.RowCount];
        _isUnusable = new bool[sorted.RowCount];
        _market = new MarketChecks(sorted, options);
    }

    public QualityResult Run()
    {
        List<(int Start, int End)> groups = Groups();
        _calendar = _market.Calendar() ?? Calendar(groups);
        SymbolQuality[] bySymbol = [.. groups.Select(g => Judge(g.Start, g.End))];
        SymbolQuality total = new() { Symbol = "" };
        foreach (SymbolQuality symbol in bySymbol)
        {
            total = total.Add(symbol);
        }

        var report = new QualityReport
        {
            Total = total,
            BySymbol = bySymbol,
            Findings = [.. _findings.SelectMany(f => f).Take(QualityReport.FindingsMax)],
            BlockedBy = [.. _blocking.Order()],
            CalendarDayCount = _calendar.Length,
            IsJudgedByMarket = _options.Calendar is not null || _options.Rules is not null || _options.AsOf is not null,
        };
        return new QualityResult(Kept(), report);
    }

    private List<(int Start, int End)> Groups()
    {
        var groups = new List<(int, int)>();
        int start = 0;
        for (int row = 1; row <= _bars.RowCount; row++)
        {
            if (row == _bars.RowCount || _symbols.CompareRows(start, row) != 0)
            {
                groups.Add((start, row));
                start = row;
            }
        }

        return _bars.RowCount == 0 ? [] : groups;
    }

    private int[] Calendar(List<(int Start, int End)> groups)
    {
        var barsOnDay = new SortedDictionary<int, int>();
        ReadOnlySpan<int> days = _dates.Days;
        foreach ((int start, int end) in groups)
        {
            for (int row = start; row < end; row++)
            {
                if (row == start || days[row] != days[row - 1])
                {
                    barsOnDay[days[row]] = barsOnDay.GetValueOrDefault(days[row]) + 1;
                }
            }
        }

        int needed = Math.Max(1, (groups.Count + CalendarShare - 1) / CalendarShare);
        return [.. barsOnDay.Where(d => d.Value >= needed).Select(d => d.Key)];
    }

    private SymbolQuality Judge(int start, int end)
    {
        var quality = new SymbolQuality { Symbol = _symbols.GetString(start) ?? "", RowsIn = end - start };
        quality = quality with { DuplicateCount = FindDuplicates(start, end, quality.Symbol) };
        long nonPositive = 0;
        long breaches = 0;
        long zeroVolume = 0;
        for (int row = start; row < end; row++)
        {
            if (_isUnusable[row])
            {
                continue;
            }

            if (PriceFault(row) is { } fault)
            {
                nonPositive += fault.Kind == QualityKind.NonPositivePrice ? 1 : 0;
                breaches += fault.Kind == QualityKind.OhlcBreach ? 1 : 0;
                Found(fault.Kind, row, quality.Symbol, fault.Detail, _options.BadPrices);
                _isUnusable[row] = fault.Kind == QualityKind.NonPositivePrice || _isDropped[row];
            }
            else if (_volume.IsNull(row) || _volume.Values[row] <= 0)
            {
                zeroVolume++;
                Found(QualityKind.ZeroVolume, row, quality.Symbol, _volume.IsNull(row) ? "no volume is given" : $"volume {_volume.Values[row]}", _options.ZeroVolume);
                _isUnusable[row] = _isDropped[row];
            }
        }

        long limitBreaches = JudgeMarket(start, end, quality.Symbol, out long outside, out long stale);
        (long outliers, long gaps, long missing) = Continuity(start, end, quality.Symbol);
        int first = Array.FindIndex(_isDropped, start, end - start, d => !d);
        int last = Array.FindLastIndex(_isDropped, end - 1, end - start, d => !d);
        return quality with
        {
            NonPositivePriceCount = nonPositive,
            OhlcBreachCount = breaches,
            ZeroVolumeCount = zeroVolume,
            OutlierReturnCount = outliers,
            GapCount = gaps,
            MissingDayCount = missing,
            LimitBreachCount = limitBreaches,
            OutsideCalendarCount = outside,
            StaleCount = stale,
            FirstDate = first < 0 ? null : _dates.GetDate(first),
            LastDate = last < 0 ? null : _dates.GetDate(last),
            RowsOut = _isDropped.AsSpan(start, end - start).Count(false),
        };
    }

    private long JudgeMarket(int start, int end, string symbol, out long outside, out long stale)
    {
        long breaches = 0;
        outside = 0;
        _market.Start(symbol);
        for (int row = start; row < end; row++)
        {
            if (!_market.IsTradingDay(_dates.Days[row]))
            {
                outside++;
                Note(QualityKind.OutsideCalendar, row, symbol, "no trading day of the calendar");
            }

            if (!_isUnusable[row] && _market.LimitFault(row) is { } fault)
            {
                breaches++;
                Found(QualityKind.LimitBreach, row, symbol, fault, _options.LimitBreaches);
                _isUnusable[row] = _isDropped[row];
            }
        }

        stale = 0;
        if (_market.StaleFault(_dates.GetDate(end - 1)) is { } old)
        {
            stale = 1;
            Note(QualityKind.Stale, end - 1, symbol, old);
        }

        return breaches;
    }

    private long FindDuplicates(int start, int end, string symbol)
    {
        long count = 0;
        for (int row = start + 1; row < end; row++)
        {
            if (_dates.Days[row] != _dates.Days[row - 1])
            {
                continue;
            }

            int extra = _options.Duplicates == DuplicatePolicy.KeepLast ? row - 1 : row;
            count++;
            Note(QualityKind.Duplicate, extra, symbol, $"close {Text(_close, row - 1)}, then {Text(_close, row)}");
            _isUnusable[extra] = true;
            if (_options.Duplicates == DuplicatePolicy.Error)
            {
                _blocking.Add(QualityKind.Duplicate);
            }
            else
            {
                _isDropped[extra] = true;
            }
        }

        return count;
    }

    private (QualityKind Kind, string Detail)? PriceFault(int row)
    {
        foreach (DecimalColumn price in (ReadOnlySpan<DecimalColumn>)[_open, _high, _low, _close])
        {
            if (price.IsNull(row) || price.Units[row] <= 0)
            {
                return (QualityKind.NonPositivePrice, $"{price.Name} {Text(price, row)}");
            }
        }

        long high = _high.Units[row];
        long low = _low.Units[row];
        foreach (DecimalColumn price in (ReadOnlySpan<DecimalColumn>)[_open, _close])
        {
            if (price.Units[row] > high)
            {
                return (QualityKind.OhlcBreach, $"high {Text(_high, row)} < {price.Name} {Text(price, row)}");
            }

            if (price.Units[row] < low)
            {
                return (QualityKind.OhlcBreach, $"low {Text(_low, row)} > {price.Name} {Text(price, row)}");
            }
        }

        return null;
    }

    private (long Outliers, long Gaps, long MissingDays) Continuity(int start, int end, string symbol)
    {
        long outliers = 0;
        long gaps = 0;
        long missingDays = 0;
        int firstMissing = 0;
        int previous = -1;
        for (int row = start; row < end; row++)
        {
            // A bar that was removed still shows that the symbol was quoted on that day.
            int missing = row == start ? 0 : DaysBetween(_dates.Days[row - 1], _dates.Days[row], out firstMissing);
            missing = missing == 0 ? 0 : _market.WithoutSuspensions(_calendar, firstMissing, missing, out firstMissing);
            if (missing > 0)
            {
                gaps++;
                missingDays += missing;
                Note(QualityKind.Gap, firstMissing, symbol, missing == 1 ? "1 trading day without a bar" : $"{missing} trading days without a bar");
            }

            if (_isUnusable[row])
            {
                continue;
            }

            if (previous >= 0)
            {
                decimal change = (_close.GetDecimal(row) / _close.GetDecimal(previous)) - 1;
                if (Math.Abs(change) > _options.OutlierReturn)
                {
                    outliers++;
                    string percent = change.ToString("+0.0%;-0.0%", CultureInfo.InvariantCulture);
                    Note(QualityKind.OutlierReturn, row, symbol, $"close {Text(_close, previous)} to {Text(_close, row)}, {percent}");
                }
            }

            previous = row;
        }

        return (outliers, gaps, missingDays);
    }

    /// <summary>Calendar days strictly between two days.</summary>
    private int DaysBetween(int from, int to, out int firstMissing)
    {
        int low = Array.BinarySearch(_calendar, from);
        low = low < 0 ? ~low : low + 1;
        int high = Array.BinarySearch(_calendar, to);
        high = high < 0 ? ~high : high;
        firstMissing = low < high ? _calendar[low] : 0;
        return Math.Max(0, high - low);
    }

    private void Found(QualityKind kind, int row, string symbol, string detail, BadBarPolicy policy)
    {
        Note(kind, row, symbol, detail);
        if (policy == BadBarPolicy.Error)
        {
            _blocking.Add(kind);
        }

        _isDropped[row] = policy == BadBarPolicy.Drop;
    }

    private void Note(QualityKind kind, int rowOrDay, string symbol, string detail)
    {
        if (_findings[(int)kind].Count < QualityReport.FindingsMax)
        {
            DateOnly date = kind == QualityKind.Gap ? EpochDays.ToDate(rowOrDay) : _dates.GetDate(rowOrDay);
            _findings[(int)kind].Add(new QualityFinding(kind, symbol, date, detail));
        }
    }

    private Table Kept()
    {
        int kept = _isDropped.AsSpan().Count(false);
        if (kept == _bars.RowCount)
        {
            return _bars;
        }

        var rows = new int[kept];
        int at = 0;
        for (int row = 0; row < _isDropped.Length; row++)
        {
            if (!_isDropped[row])
            {
                rows[at++] = row;
            }
        }

        return _bars.Take(rows);
    }

    private static string Text(DecimalColumn column, int row) =>
        column.IsNull(row) ? "missing" : column.GetDecimal(row).ToString("0.00##", CultureInfo.InvariantCulture);
}

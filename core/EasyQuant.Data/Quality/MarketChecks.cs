using System.Globalization;
using EasyQuant.Domain;

namespace EasyQuant.Data;

/// <summary>What the exchange's calendar, rule book and the facts of the instruments say about bars; nothing when they are not given. One symbol after the other.</summary>
internal sealed class MarketChecks
{
    private readonly QualityOptions _options;
    private readonly DateColumn _dates;
    private readonly DecimalColumn _high;
    private readonly DecimalColumn _low;
    private readonly DecimalColumn _close;
    private readonly DecimalColumn? _preClose;
    private readonly Dictionary<string, InstrumentFacts> _facts;
    private InstrumentFacts? _current;
    private int _barsSeen;
    private int _previousRow = -1;

    public MarketChecks(Table sorted, QualityOptions options)
    {
        _options = options;
        _dates = sorted.GetColumn<DateColumn>(BarTable.TradingDate);
        _high = sorted.GetColumn<DecimalColumn>(BarTable.High);
        _low = sorted.GetColumn<DecimalColumn>(BarTable.Low);
        _close = sorted.GetColumn<DecimalColumn>(BarTable.Close);
        _preClose = sorted.TryGetColumn(BarTable.PreClose, out Column? column) ? column as DecimalColumn : null;
        _facts = options.Facts.ToDictionary(f => f.Symbol.ToString(), StringComparer.Ordinal);
    }

    /// <summary>Days of the given calendar within the data; null without one.</summary>
    public int[]? Calendar()
    {
        if (_options.Calendar is null || _dates.Length == 0)
        {
            return null;
        }

        int first = int.MaxValue;
        int last = int.MinValue;
        foreach (int day in _dates.Days)
        {
            first = Math.Min(first, day);
            last = Math.Max(last, day);
        }

        return [.. _options.Calendar.Days.Select(EpochDays.FromDate).Where(d => d >= first && d <= last)];
    }

    public void Start(string symbol)
    {
        _current = _facts.GetValueOrDefault(symbol)
            ?? (Symbol.TryNormalize(symbol, out Symbol known) ? InstrumentFacts.Of(known) : null);
        _barsSeen = 0;
        _previousRow = -1;
    }

    public bool IsTradingDay(int epochDay) => _options.Calendar is null || _options.Calendar.Contains(EpochDays.ToDate(epochDay));

    /// <summary>What is wrong with the high or low of a usable bar; null when nothing is or nobody can tell.</summary>
    public string? LimitFault(int row)
    {
        int seen = _barsSeen++;
        int previous = _previousRow;
        _previousRow = row;
        DateOnly date = _dates.GetDate(row);
        if (_options.Rules is not { } rules || _current is null
            || rules.PriceLimit(_current.Board, date, _current.SpecialTreatment.Any(p => p.Contains(date))) is not { } limit
            || rules.Tick(_current.Board, date) is not { } tick
            || IsFree(rules, date, seen))
        {
            return null;
        }

        long reference = _preClose is not null && !_preClose.IsNull(row) ? _preClose.Units[row]
            : previous >= 0 && IsNextDay(previous, row) && !_current.Factors.Any(f => f.ExDate == date) ? _close.Units[previous]
            : 0;
        if (reference <= 0)
        {
            return null;
        }

        long upper = limit.Upper(new Price(reference), tick.Tick).Units + tick.Tick.Units;
        long lower = limit.Lower(new Price(reference), tick.Tick).Units - tick.Tick.Units;
        return _high.Units[row] > upper ? $"high {Text(_high.Units[row])} above the limit of {Text(upper - tick.Tick.Units)} ({limit.Id})"
            : _low.Units[row] < lower ? $"low {Text(_low.Units[row])} below the limit of {Text(lower + tick.Tick.Units)} ({limit.Id})"
            : null;
    }

    /// <summary>Why the symbol is stale; null when it is not.</summary>
    public string? StaleFault(DateOnly last)
    {
        if (_options.AsOf is not { } asOf || asOf <= last || _current?.DelistDate <= asOf
            || (_current is not null && _current.Suspensions.Any(p => p.Contains(asOf))))
        {
            return null;
        }

        int days = _options.Calendar is { } calendar
            ? calendar.CountBetween(last.AddDays(1), asOf)
            : Enumerable.Range(last.DayNumber + 1, asOf.DayNumber - last.DayNumber).Count(d => DateOnly.FromDayNumber(d).DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday));
        return days > _options.StaleAfterDays ? $"the last bar is {days} trading days before {asOf:yyyy-MM-dd}" : null;
    }

    /// <summary>How many of the missing days are no announced suspension, and the first of them.</summary>
    public int WithoutSuspensions(int[] calendar, int firstMissing, int missing, out int firstLeft)
    {
        firstLeft = firstMissing;
        if (_current is null || _current.Suspensions.IsEmpty)
        {
            return missing;
        }

        int at = Array.BinarySearch(calendar, firstMissing);
        int[] left = [.. calendar.AsSpan(at, missing).ToArray().Where(d => !_current.Suspensions.Any(p => p.Contains(EpochDays.ToDate(d))))];
        firstLeft = left.Length > 0 ? left[0] : firstMissing;
        return left.Length;
    }

    private bool IsFree(RuleBook rules, DateOnly date, int barsSeen)
    {
        int free = rules.NewListing(_current!.Board, _current.ListDate ?? date)?.FreeDays ?? 0;
        if (_current.ListDate is not { } listed)
        {
            return barsSeen < free;
        }

        return _options.Calendar is { } calendar ? calendar.CountBetween(listed, date) <= free : barsSeen < free && date.DayNumber - listed.DayNumber < free * 3;
    }

    // Without a calendar a weekend is the longest pause that is surely no missing day.
    private bool IsNextDay(int previous, int row) => _options.Calendar is { } calendar
        ? calendar.NextAfter(_dates.GetDate(previous)) == _dates.GetDate(row)
        : _dates.Days[row] - _dates.Days[previous] <= 3;

    private static string Text(long units) => DecimalUnits.ToDecimal(units, BarTable.Scale).ToString("0.00##", CultureInfo.InvariantCulture);
}

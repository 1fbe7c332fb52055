using System.Globalization;

namespace EasyQuant.Scheduling;

/// <summary>Reads one field of a cron expression. A failed parse leaves the reason in <see cref="Error"/>.</summary>
internal sealed class CronFieldParser
{
    private static readonly string[] s_names = ["second", "minute", "hour", "day of month", "month", "day of week"];
    private static readonly int[] s_minima = [0, 0, 0, 1, 1, 0];
    private static readonly int[] s_maxima = [59, 59, 23, 31, 12, 7];
    private static readonly string[] s_months =
        ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

    private static readonly string[] s_days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    private readonly CronFieldKind _kind;
    private readonly string _text;
    private readonly int _minimum;
    private readonly int _maximum;
    private ulong _bits;
    private ulong _fromLast;
    private ulong _nearest;
    private bool _lastWeekday;
    private ulong _lastOfWeek;
    private ulong _nth;
    private bool _intervalLike;

    private CronFieldParser(CronFieldKind kind, string text)
    {
        _kind = kind;
        _text = text;
        _minimum = s_minima[(int)kind];
        _maximum = s_maxima[(int)kind];
    }

    private CronError? Error { get; set; }

    /// <summary>Parses <paramref name="text"/>; exactly one of the result and <paramref name="error"/> is not null.</summary>
    public static CronField? Parse(CronFieldKind kind, string text, out CronError? error)
    {
        var parser = new CronFieldParser(kind, text.ToUpperInvariant());
        CronField? field = parser.Read();
        error = parser.Error;
        return error is null ? field : null;
    }

    private CronField? Read()
    {
        foreach (string part in _text.Split(','))
        {
            if (!ReadPart(part))
            {
                return null;
            }
        }

        if (_kind == CronFieldKind.DayOfWeek && (_bits >> 7 & 1) != 0)
        {
            // Sunday is 0 and 7.
            _bits = (_bits | 1) & ~(1UL << 7);
        }

        return new CronField
        {
            Bits = _bits,
            IsStar = _text[0] is '*' or '?',
            IsIntervalLike = _intervalLike,
            FromLastBits = _fromLast,
            NearestWeekdayBits = _nearest,
            HasLastWeekday = _lastWeekday,
            LastOfWeekBits = _lastOfWeek,
            NthBits = _nth,
            Text = _text,
        };
    }

    private bool ReadPart(string part)
    {
        if (part.Length == 0)
        {
            return Fail(_text, "has an empty entry in its list");
        }

        if (ReadSpecial(part) is { } handled)
        {
            return handled;
        }

        string[] halves = part.Split('/');
        if (halves.Length > 2)
        {
            return Fail(part, "has more than one '/'");
        }

        int step = 1;
        if (halves.Length == 2)
        {
            int stepMax = _maximum - _minimum;
            if (!TryNumber(halves[1], out step) || step < 1 || step > stepMax)
            {
                return Fail(part, $"needs a step from 1 to {stepMax} after '/'");
            }
        }

        return ReadRange(part, halves[0], step, halves.Length == 2);
    }

    private bool ReadRange(string part, string range, int step, bool hasStep)
    {
        int first;
        int last;
        string[] ends = range.Split('-');
        if (range == "*" || (range == "?" && !hasStep))
        {
            if (range == "?" && _kind is not (CronFieldKind.DayOfMonth or CronFieldKind.DayOfWeek))
            {
                return Fail(part, "does not take '?', which stands for 'any' in the two day fields only");
            }

            (first, last) = (_minimum, _kind == CronFieldKind.DayOfWeek ? 6 : _maximum);
            _intervalLike = true;
        }
        else if (ends.Length == 1)
        {
            if (!TryValue(range, out first))
            {
                return Fail(part, "takes " + Takes());
            }

            last = hasStep ? (_kind == CronFieldKind.DayOfWeek ? 6 : _maximum) : first;
            _intervalLike |= hasStep;
            if (hasStep && _kind == CronFieldKind.DayOfWeek && first == 7)
            {
                first = 0;
            }
        }
        else if (ends.Length == 2)
        {
            if (!TryValue(ends[0], out first) || !TryValue(ends[1], out last))
            {
                return Fail(part, "takes " + Takes());
            }

            _intervalLike = true;
        }
        else
        {
            return Fail(part, "has more than one '-'");
        }

        SetBits(first, last, step);
        return true;
    }

    private void SetBits(int first, int last, int step)
    {
        if (first <= last)
        {
            for (int value = first; value <= last; value += step)
            {
                _bits |= 1UL << value;
            }

            return;
        }

        // A range whose end is smaller wraps around, as FRI-MON or 22-2 do.
        int top = _kind == CronFieldKind.DayOfWeek ? 6 : _maximum;
        int size = top - _minimum + 1;
        if (first > top)
        {
            first -= size;
        }

        int span = (last - first + size) % size;
        for (int distance = 0; distance <= span; distance += step)
        {
            _bits |= 1UL << (((first - _minimum + distance) % size) + _minimum);
        }
    }

    // Returns null when the part is no special form, otherwise whether it was read.
    private bool? ReadSpecial(string part)
    {
        if (_kind == CronFieldKind.DayOfMonth)
        {
            return ReadMonthSpecial(part);
        }

        return _kind == CronFieldKind.DayOfWeek ? ReadWeekSpecial(part) : null;
    }

    private bool? ReadMonthSpecial(string part)
    {
        if (part == "L")
        {
            _fromLast |= 1;
            return true;
        }

        if (part is "LW" or "WL")
        {
            _lastWeekday = true;
            return true;
        }

        if (part.StartsWith("L-", StringComparison.Ordinal))
        {
            if (!TryNumber(part[2..], out int before) || before is < 1 or > 30)
            {
                return Fail(part, "needs a number of days from 1 to 30 after 'L-'");
            }

            _fromLast |= 1UL << before;
            return true;
        }

        if (part.EndsWith('W'))
        {
            if (!TryNumber(part[..^1], out int day) || day is < 1 or > 31)
            {
                return Fail(part, "needs a day from 1 to 31 before 'W'");
            }

            _nearest |= 1UL << day;
            return true;
        }

        return null;
    }

    private bool? ReadWeekSpecial(string part)
    {
        int hash = part.IndexOf('#', StringComparison.Ordinal);
        if (hash >= 0)
        {
            if (!TryValue(part[..hash], out int day) || !TryNumber(part[(hash + 1)..], out int week) || week is < 1 or > 5)
            {
                return Fail(part, "needs a day (0-7 or SUN-SAT) before '#' and a week from 1 to 5 after it");
            }

            _nth |= 1UL << ((8 * week) + (day % 7));
            return true;
        }

        if (part.EndsWith('L'))
        {
            if (!TryValue(part[..^1], out int day))
            {
                return Fail(part, "needs a day (0-7 or SUN-SAT) before 'L', for example 5L for the last Friday of the month");
            }

            _lastOfWeek |= 1UL << (day % 7);
            return true;
        }

        return null;
    }

    private bool TryValue(string text, out int value)
    {
        string[]? names = _kind switch
        {
            CronFieldKind.Month => s_months,
            CronFieldKind.DayOfWeek => s_days,
            _ => null,
        };
        int index = names is null ? -1 : Array.IndexOf(names, text);
        if (index >= 0)
        {
            value = index + (_kind == CronFieldKind.Month ? 1 : 0);
            return true;
        }

        return TryNumber(text, out value) && value >= _minimum && value <= _maximum;
    }

    private string Takes() => _kind switch
    {
        CronFieldKind.Month => "1-12 or JAN-DEC",
        CronFieldKind.DayOfWeek => "0-7 (0 and 7 are Sunday) or SUN-SAT, and the forms 5L and 5#2",
        CronFieldKind.DayOfMonth => "1-31 and the forms L, L-3, LW and 15W",
        _ => $"{_minimum}-{_maximum}",
    };

    private bool Fail(string found, string what)
    {
        string name = s_names[(int)_kind];
        Error = new CronError(name, found, $"The {name} field {what}, but was '{found}'.");
        return false;
    }

    private static bool TryNumber(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}

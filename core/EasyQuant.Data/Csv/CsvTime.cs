namespace EasyQuant.Data;

/// <summary>Reads dates with and without a time of day, and instants, as vendors write them.</summary>
internal static class CsvTime
{
    public const long MicrosPerDay = 86_400_000_000;
    private const int AmbiguousBase = int.MinValue;

    public enum Kind
    {
        /// <summary>No time that is known.</summary>
        None,

        /// <summary>Local day and time of day.</summary>
        Local,

        /// <summary>A point of time: day and time of day are UTC.</summary>
        Instant,

        /// <summary>Local, and which part of the date is the month is not known: the day is packed, see <see cref="Unpack"/>.</summary>
        Ambiguous,
    }

    /// <summary>Reads a date or date and time.</summary>
    /// <param name="text">Without surrounding white space.</param>
    /// <param name="day">Days since 1970-01-01, or packed.</param>
    /// <param name="micros">Microseconds of the day.</param>
    public static Kind Read(ReadOnlySpan<byte> text, out int day, out long micros)
    {
        day = 0;
        micros = 0;
        if (text.Length >= 10 && text.IndexOfAnyExceptInRange((byte)'0', (byte)'9') is var other && (other < 0 || text[other..].SequenceEqual(".0"u8)))
        {
            return Digits(other < 0 ? text : text[..other], out day, out micros);
        }

        int split = DateLength(text);
        ReadOnlySpan<byte> rest = text[split..].TrimStart(" T"u8);
        Kind kind = Date(text[..split].TrimEnd((byte)' '), out day);
        if (kind == Kind.None || rest.IsEmpty)
        {
            return kind;
        }

        if (!TryTime(rest, out micros, out int? offsetMinutes))
        {
            return Kind.None;
        }

        if (offsetMinutes is not { } offset || kind == Kind.Ambiguous)
        {
            return kind;
        }

        long instant = (day * MicrosPerDay) + micros - (offset * 60_000_000L);
        (day, micros) = Split(instant);
        return Kind.Instant;
    }

    /// <summary>Reads a time of day such as <c>09:31</c>, <c>09:31:00</c>, <c>0931</c>, <c>93100</c> or <c>9:31 PM</c>, with an optional zone offset.</summary>
    public static bool TryTime(ReadOnlySpan<byte> text, out long micros, out int? offsetMinutes)
    {
        offsetMinutes = null;
        micros = 0;
        int zone = text[^1] == (byte)'Z' ? text.Length - 1 : text.LastIndexOfAny((byte)'+', (byte)'-');
        if (zone > 0)
        {
            if (!TryOffset(text[zone..], out int offset))
            {
                return false;
            }

            offsetMinutes = offset;
            text = text[..zone].TrimEnd((byte)' ');
        }

        int half = 0;
        if (text.Length > 2 && (text[^1] | 0x20) == 'm' && (text[^2] | 0x20) is 'a' or 'p')
        {
            half = (text[^2] | 0x20) == 'a' ? 1 : 2;
            text = text[..^2].TrimEnd((byte)' ');
        }

        Span<int> parts = stackalloc int[3];
        parts.Clear();
        long fraction = 0;
        if (text.Contains((byte)':'))
        {
            int point = text.IndexOf((byte)'.');
            if (point >= 0 && !TryFraction(text[(point + 1)..], out fraction))
            {
                return false;
            }

            ReadOnlySpan<byte> clock = point >= 0 ? text[..point] : text;
            int count = 0;
            foreach (Range part in clock.Split((byte)':'))
            {
                if (count == 3 || !TryInt(clock[part], out parts[count++]))
                {
                    return false;
                }
            }
        }
        else if (text.Length is < 3 or > 6 || !TryInt(text, out int packed))
        {
            return false;
        }
        else
        {
            packed = text.Length <= 4 ? packed * 100 : packed;
            (parts[0], parts[1], parts[2]) = (packed / 10000, packed / 100 % 100, packed % 100);
        }

        parts[0] = half == 1 && parts[0] == 12 ? 0 : half == 2 && parts[0] < 12 ? parts[0] + 12 : parts[0];
        micros = (((((parts[0] * 60L) + parts[1]) * 60) + parts[2]) * 1_000_000) + fraction;
        return parts[0] <= 24 && parts[1] < 60 && parts[2] < 60 && micros <= MicrosPerDay;
    }

    /// <summary>Resolves a packed day.</summary>
    public static bool TryResolve(int packed, bool monthFirst, out int day)
    {
        (int year, int first, int second) = Unpack(packed);
        return TryDay(year, monthFirst ? first : second, monthFirst ? second : first, out day);
    }

    /// <summary>Whether a day is packed.</summary>
    public static bool IsPacked(int day) => day < EpochDays.Min;

    /// <summary>Year and the two parts that are month and day, in the order of the text.</summary>
    public static (int Year, int First, int Second) Unpack(int packed)
    {
        int value = packed - AmbiguousBase;
        return (value / 10_000, value / 100 % 100, value % 100);
    }

    /// <summary>Splits microseconds since 1970-01-01 into day and time of day.</summary>
    public static (int Day, long Micros) Split(long micros)
    {
        long day = Math.DivRem(micros, MicrosPerDay, out long rest);
        return rest < 0 ? ((int)(day - 1), rest + MicrosPerDay) : ((int)day, rest);
    }

    private static Kind Digits(ReadOnlySpan<byte> text, out int day, out long micros)
    {
        day = 0;
        micros = 0;
        if (text.Length > 17 || !System.Buffers.Text.Utf8Parser.TryParse(text, out long value, out _))
        {
            return Kind.None;
        }

        switch (text.Length)
        {
            case 10: (day, micros) = Split(value * 1_000_000); return Kind.Instant;
            case 13: (day, micros) = Split(value * 1000); return Kind.Instant;
            case 16: (day, micros) = Split(value); return Kind.Instant;
            case 12 or 14 or 17:
                bool isTime = TryTime(text.Slice(8, text.Length == 12 ? 4 : 6), out micros, out _);
                micros += text.Length == 17 ? value % 1000 * 1000 : 0;
                return isTime && TryDay((int)(value / Power(text.Length - 4)), (int)(value / Power(text.Length - 6) % 100), (int)(value / Power(text.Length - 8) % 100), out day)
                    ? Kind.Local
                    : Kind.None;
            default: return Kind.None;
        }
    }

    private static long Power(int digits) => DecimalUnits.Power(digits);

    /// <summary>Bytes of the date part: to a T after a digit, or to a space before a time.</summary>
    private static int DateLength(ReadOnlySpan<byte> text)
    {
        for (int i = 6; i < text.Length; i++)
        {
            bool isDigitBefore = text[i - 1] is >= (byte)'0' and <= (byte)'9';
            if (text[i] == (byte)'T' && isDigitBefore)
            {
                return i;
            }

            // "Jan 1 2000" has spaces of its own: a time needs a colon, or follows a date without letters.
            if (text[i] == (byte)' ' && isDigitBefore && (text[i..].Contains((byte)':') ? text[i..].Count((byte)' ') <= 2 && !IsYear(text[(i + 1)..]) : !char.IsAsciiLetter((char)text[0])))
            {
                return i;
            }
        }

        // "2024-01-02+08:00" has an offset without a time.
        int zone = text.Length > 10 && text[4] == (byte)'-' ? text[10..].IndexOf((byte)'+') : -1;
        return zone >= 0 ? 10 + zone : text.Length;
    }

    private static bool IsYear(ReadOnlySpan<byte> text) => text.Length >= 4 && text[..4].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;

    private static Kind Date(ReadOnlySpan<byte> text, out int day)
    {
        if (CsvDate.TryRead(text, out day))
        {
            return Kind.Local;
        }

        if (text.Length is < 6 or > 20)
        {
            return Kind.None;
        }

        Span<int> numbers = stackalloc int[3];
        int month = 0;
        int found = 0;
        foreach (Range range in text.SplitAny("/-. ,"u8))
        {
            ReadOnlySpan<byte> part = text[range];
            if (part.IsEmpty)
            {
                continue;
            }

            if (month == 0 && MonthOf(part) is > 0 and var named)
            {
                month = named;
            }
            else if (found < 3 && part.Length <= 4 && TryInt(part, out numbers[found]))
            {
                found++;
            }
            else
            {
                return Kind.None;
            }
        }

        return (month, found) switch
        {
            ( > 0, 2) => TryDay(FullYear(numbers[1]), month, numbers[0], out day) ? Kind.Local : Kind.None,
            (0, 3) when numbers[0] is >= 1 and <= 31 && numbers[1] is >= 1 and <= 31 => Pack(FullYear(numbers[2]), numbers[0], numbers[1], out day),
            _ => Kind.None,
        };
    }

    private static Kind Pack(int year, int first, int second, out int day)
    {
        day = AmbiguousBase + (year * 10_000) + (first * 100) + second;
        return (first <= 12 || second <= 12) && year is >= 1800 and <= 2200 ? Kind.Ambiguous : Kind.None;
    }

    private static int FullYear(int year) => year >= 100 ? year : year < 70 ? 2000 + year : 1900 + year;

    private static int MonthOf(ReadOnlySpan<byte> text)
    {
        if (text.Length < 3 || !char.IsAsciiLetter((char)text[0]))
        {
            return 0;
        }

        ReadOnlySpan<byte> months = "janfebmaraprmayjunjulaugsepoctnovdec"u8;
        for (int month = 1; month <= 12; month++)
        {
            if (System.Text.Ascii.EqualsIgnoreCase(text[..3], months.Slice((month - 1) * 3, 3)))
            {
                return month;
            }
        }

        return 0;
    }

    private static bool TryDay(int year, int month, int dayOfMonth, out int day)
    {
        day = 0;
        if (year is < 1 or > 9999 || month is < 1 or > 12 || dayOfMonth < 1 || dayOfMonth > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        day = EpochDays.FromDate(new DateOnly(year, month, dayOfMonth));
        return true;
    }

    private static bool TryOffset(ReadOnlySpan<byte> text, out int minutes)
    {
        minutes = 0;
        if (text[0] == (byte)'Z')
        {
            return text.Length == 1;
        }

        ReadOnlySpan<byte> digits = text[1..];
        bool hasColon = digits.Length == 5 && digits[2] == (byte)':';
        int lower = 0;
        if (digits.Length is not (2 or 4) && !hasColon
            || !TryInt(digits[..2], out int hours)
            || (digits.Length > 2 && !TryInt(digits[^2..], out lower))
            || hours > 14 || lower > 59)
        {
            return false;
        }

        minutes = ((hours * 60) + lower) * (text[0] == (byte)'-' ? -1 : 1);
        return true;
    }

    private static bool TryFraction(ReadOnlySpan<byte> text, out long micros)
    {
        micros = 0;
        if (text.Length is 0 or > 9 || !TryInt(text[..Math.Min(6, text.Length)], out int value))
        {
            return false;
        }

        micros = value * DecimalUnits.Power(6 - Math.Min(6, text.Length));
        return true;
    }

    private static bool TryInt(ReadOnlySpan<byte> text, out int value) =>
        System.Buffers.Text.Utf8Parser.TryParse(text, out value, out int used) && used == text.Length && text.Length > 0 && text[0] is not ((byte)'-' or (byte)'+');
}

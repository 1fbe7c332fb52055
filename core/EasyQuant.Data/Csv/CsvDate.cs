namespace EasyQuant.Data;

/// <summary>Reads calendar days: <c>2024-01-31</c>, <c>20240131</c>, <c>2024/1/31</c>, <c>2024.1.31</c>; a time after them is ignored.</summary>
internal static class CsvDate
{
    /// <summary>Returns days since 1970-01-01.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out int days)
    {
        days = 0;
        if (text.Length < 8 || !TryDigits(text[..4], out int year))
        {
            return false;
        }

        byte separator = text[4];
        int month;
        int day;
        ReadOnlySpan<byte> rest;
        if (separator is (byte)'-' or (byte)'/' or (byte)'.')
        {
            ReadOnlySpan<byte> tail = text[5..];
            int second = tail.IndexOf(separator);
            if (second is < 1 or > 2 || !TryDigits(tail[..second], out month))
            {
                return false;
            }

            tail = tail[(second + 1)..];
            int length = tail.Length > 1 && tail[1] is >= (byte)'0' and <= (byte)'9' ? 2 : 1;
            if (tail.IsEmpty || !TryDigits(tail[..length], out day))
            {
                return false;
            }

            rest = tail[length..];
        }
        else if (TryDigits(text.Slice(4, 2), out month) && TryDigits(text.Slice(6, 2), out day))
        {
            rest = text[8..];
        }
        else
        {
            return false;
        }

        if (!rest.IsEmpty && rest[0] is not ((byte)' ' or (byte)'T' or (byte)'+'))
        {
            return false;
        }

        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        days = EpochDays.FromDate(new DateOnly(year, month, day));
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (byte b in text)
        {
            uint digit = (uint)b - '0';
            if (digit > 9)
            {
                return false;
            }

            value = (value * 10) + (int)digit;
        }

        return true;
    }
}

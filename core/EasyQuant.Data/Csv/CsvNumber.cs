namespace EasyQuant.Data;

/// <summary>Reads decimal text into integer units of a power of ten, exactly; never through floating point.</summary>
internal static class CsvNumber
{
    public enum Outcome
    {
        /// <summary>Units hold the exact value.</summary>
        Exact,

        /// <summary>Units hold the value rounded half away from zero.</summary>
        Rounded,

        /// <summary>No value: empty, <c>-</c>, <c>NaN</c>, <c>null</c>, <c>None</c>, <c>N/A</c>.</summary>
        Missing,

        /// <summary>No number, or outside 64 bits.</summary>
        Bad,
    }

    /// <summary>Reads for example <c>12.5</c>, <c>-3</c>, <c>1,234.5</c> or <c>1.2e+08</c>.</summary>
    /// <param name="text">Without surrounding white space.</param>
    /// <param name="powerOfTen">The result is value × 10^powerOfTen; 0 to 12.</param>
    /// <param name="units">The result; 0 when there is none.</param>
    public static Outcome Read(ReadOnlySpan<byte> text, int powerOfTen, out long units)
    {
        units = 0;
        int at = 0;
        bool isNegative = false;
        if (text.Length > 0 && text[0] is (byte)'-' or (byte)'+')
        {
            isNegative = text[0] == (byte)'-';
            at = 1;
        }

        ulong mantissa = 0;
        int digits = 0;
        int exponent = powerOfTen;
        bool isAfterPoint = false;
        bool hasTail = false;
        for (; at < text.Length; at++)
        {
            uint digit = (uint)text[at] - '0';
            if (digit <= 9)
            {
                digits++;
                if (mantissa < 1_000_000_000_000_000_000)
                {
                    mantissa = (mantissa * 10) + digit;
                    exponent -= isAfterPoint ? 1 : 0;
                }
                else
                {
                    hasTail |= digit != 0;
                    exponent += isAfterPoint ? 0 : 1;
                }
            }
            else if (text[at] == (byte)'.' && !isAfterPoint)
            {
                isAfterPoint = true;
            }
            else if (text[at] == (byte)',' && !isAfterPoint && IsThousandsComma(text, at))
            {
                // Thousands separator.
            }
            else
            {
                break;
            }
        }

        if (digits == 0)
        {
            return IsMissing(text) ? Outcome.Missing : Outcome.Bad;
        }

        if (at < text.Length)
        {
            if (!TryExponent(text[at..], out int written))
            {
                return Outcome.Bad;
            }

            exponent += written;
        }

        return Scale(mantissa, exponent, isNegative, hasTail, out units);
    }

    private static Outcome Scale(ulong mantissa, int exponent, bool isNegative, bool hasTail, out long units)
    {
        units = 0;
        if (mantissa == 0)
        {
            return Outcome.Exact;
        }

        bool isRounded = hasTail;
        if (exponent > 0)
        {
            if (exponent > 18 || mantissa > (ulong)long.MaxValue / (ulong)DecimalUnits.Power(exponent))
            {
                return Outcome.Bad;
            }

            mantissa *= (ulong)DecimalUnits.Power(exponent);
        }
        else if (exponent < 0)
        {
            if (exponent < -18)
            {
                mantissa = exponent == -19 && mantissa >= 5_000_000_000_000_000_000 ? 1UL : 0UL;
                isRounded = true;
            }
            else
            {
                ulong power = (ulong)DecimalUnits.Power(-exponent);
                (ulong quotient, ulong rest) = Math.DivRem(mantissa, power);
                isRounded |= rest != 0;
                mantissa = rest >= power - rest ? quotient + 1 : quotient;
            }
        }

        if (mantissa > long.MaxValue)
        {
            return Outcome.Bad;
        }

        units = isNegative ? -(long)mantissa : (long)mantissa;
        return isRounded ? Outcome.Rounded : Outcome.Exact;
    }

    private static bool TryExponent(ReadOnlySpan<byte> text, out int exponent)
    {
        exponent = 0;
        if (text.Length < 2 || (text[0] | 0x20) != 'e')
        {
            return false;
        }

        bool isNegative = text[1] == (byte)'-';
        ReadOnlySpan<byte> digits = text[1] is (byte)'-' or (byte)'+' ? text[2..] : text[1..];
        if (digits.Length is 0 or > 3)
        {
            return false;
        }

        foreach (byte b in digits)
        {
            if (b is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            exponent = (exponent * 10) + (b - '0');
        }

        exponent = isNegative ? -exponent : exponent;
        return true;
    }

    private static bool IsThousandsComma(ReadOnlySpan<byte> text, int at)
    {
        if (at == 0 || text[at - 1] is < (byte)'0' or > (byte)'9' || at + 3 >= text.Length)
        {
            return false;
        }

        for (int i = 1; i <= 3; i++)
        {
            if (text[at + i] is < (byte)'0' or > (byte)'9')
            {
                return false;
            }
        }

        return at + 4 == text.Length || text[at + 4] is < (byte)'0' or > (byte)'9';
    }

    private static bool IsMissing(ReadOnlySpan<byte> text) => text.Length switch
    {
        0 => true,
        1 => text[0] == (byte)'-',
        2 => text.SequenceEqual("--"u8),
        3 => AsciiEquals(text, "nan"u8) || AsciiEquals(text, "n/a"u8),
        4 => AsciiEquals(text, "null"u8) || AsciiEquals(text, "none"u8),
        _ => false,
    };

    private static bool AsciiEquals(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lower) =>
        System.Text.Ascii.EqualsIgnoreCase(text, lower);
}

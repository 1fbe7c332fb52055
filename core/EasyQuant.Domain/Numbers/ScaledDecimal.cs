using System.Globalization;

namespace EasyQuant.Domain;

/// <summary>
/// Text form of decimals that are kept as a <see cref="long"/> count of units of 10^-scale. Invariant culture, no exponent, no
/// group separators. Thread-safe.
/// </summary>
public static class ScaledDecimal
{
    /// <summary>Largest supported scale (decimal places).</summary>
    public const int ScaleMax = 18;

    /// <summary>Returns 10^<paramref name="scale"/>.</summary>
    /// <param name="scale">0 to <see cref="ScaleMax"/>, both included.</param>
    /// <exception cref="ArgumentOutOfRangeException">The scale is outside its range.</exception>
    public static long PowerOfTen(int scale)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(scale);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(scale, ScaleMax);
        long result = 1;
        for (int i = 0; i < scale; i++)
        {
            result *= 10;
        }

        return result;
    }

    /// <summary>Formats <paramref name="units"/> with exactly <paramref name="scale"/> decimal places, for example (123400, 4) as "12.3400".</summary>
    /// <param name="units">Count of units of 10^-scale; any value.</param>
    /// <param name="scale">0 to <see cref="ScaleMax"/>.</param>
    public static string Format(long units, int scale)
    {
        if (scale == 0)
        {
            return units.ToString(CultureInfo.InvariantCulture);
        }

        UInt128 power = (UInt128)PowerOfTen(scale);
        UInt128 magnitude = (UInt128)Int128.Abs(units);
        string whole = (magnitude / power).ToString(CultureInfo.InvariantCulture);
        string fraction = (magnitude % power).ToString(CultureInfo.InvariantCulture).PadLeft(scale, '0');
        return (units < 0 ? "-" : string.Empty) + whole + "." + fraction;
    }

    /// <summary>Formats without trailing zeros of the fraction, for example (123400, 4) as "12.34" and (120000, 4) as "12".</summary>
    /// <param name="units">Count of units of 10^-scale; any value.</param>
    /// <param name="scale">0 to <see cref="ScaleMax"/>.</param>
    public static string FormatShort(long units, int scale)
    {
        string text = Format(units, scale);
        return scale == 0 ? text : text.TrimEnd('0').TrimEnd('.');
    }

    /// <summary>
    /// Parses an optional sign, digits and an optional fraction ("12.34", "-0.5", ".5", "7"). More decimal places than
    /// <paramref name="scale"/> are accepted only when the surplus digits are zero: nothing is rounded away silently.
    /// </summary>
    /// <param name="text">The text; surrounding white space is not accepted.</param>
    /// <param name="scale">0 to <see cref="ScaleMax"/>.</param>
    /// <param name="units">The count of units, 0 when the text is refused.</param>
    /// <returns>False when the text is not such a decimal or does not fit.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, int scale, out long units)
    {
        units = 0;
        PowerOfTen(scale);
        bool negative = text.Length > 0 && text[0] == '-';
        ReadOnlySpan<char> rest = text.Length > 0 && text[0] is '-' or '+' ? text[1..] : text;
        int point = rest.IndexOf('.');
        ReadOnlySpan<char> whole = point < 0 ? rest : rest[..point];
        ReadOnlySpan<char> fraction = point < 0 ? [] : rest[(point + 1)..];
        if (whole.Length + fraction.Length == 0)
        {
            return false;
        }

        Int128 value = 0;
        if (!Append(ref value, whole) || !Append(ref value, fraction[..Math.Min(scale, fraction.Length)]))
        {
            return false;
        }

        for (int i = fraction.Length; i < scale; i++)
        {
            value *= 10;
        }

        if (fraction.Length > scale && fraction[scale..].ContainsAnyExcept('0'))
        {
            return false;
        }

        value = negative ? -value : value;
        if (value < long.MinValue || value > long.MaxValue)
        {
            return false;
        }

        units = (long)value;
        return true;
    }

    /// <summary>Divides with rounding half away from zero (the "half up" of brokers for positive amounts).</summary>
    /// <param name="dividend">Any value.</param>
    /// <param name="divisor">At least 1.</param>
    public static Int128 DivideHalfUp(Int128 dividend, Int128 divisor)
    {
        Int128 quotient = dividend / divisor;
        Int128 rest = Int128.Abs(dividend - (quotient * divisor));
        if (rest * 2 >= divisor)
        {
            quotient += dividend < 0 ? -1 : 1;
        }

        return quotient;
    }

    private static bool Append(ref Int128 value, ReadOnlySpan<char> digits)
    {
        foreach (char digit in digits)
        {
            if (!char.IsAsciiDigit(digit) || value > (Int128)long.MaxValue * 10)
            {
                return false;
            }

            value = (value * 10) + (digit - '0');
        }

        return true;
    }
}

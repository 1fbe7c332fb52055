namespace EasyQuant.Domain;

/// <summary>
/// A price of one share (or coin) as a count of units of the instrument's price scale: 0.0001 CNY for A-shares, which is the
/// default of the text forms. Arithmetic is checked.
/// </summary>
/// <param name="Units">Count of 10^-scale currency units.</param>
public readonly record struct Price(long Units) : IComparable<Price>
{
    /// <summary>Decimal places of an A-share price unit.</summary>
    public const int ShareScale = 4;

    /// <summary>Parses a decimal such as "12.34" at scale <see cref="ShareScale"/>.</summary>
    /// <exception cref="FormatException">The text is not such a decimal.</exception>
    public static Price Parse(string text) => TryParse(text, ShareScale, out Price price)
        ? price
        : throw new FormatException($"\"{text}\" is not a price with at most {ShareScale} decimal places.");

    /// <summary>Parses a decimal with at most <paramref name="scale"/> places; false when the text is something else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, int scale, out Price price)
    {
        bool parsed = ScaledDecimal.TryParse(text, scale, out long units);
        price = new Price(units);
        return parsed;
    }

    /// <summary>Adds.</summary>
    /// <exception cref="OverflowException">The sum does not fit.</exception>
    public static Price operator +(Price left, Price right) => new(checked(left.Units + right.Units));

    /// <summary>Subtracts.</summary>
    /// <exception cref="OverflowException">The difference does not fit.</exception>
    public static Price operator -(Price left, Price right) => new(checked(left.Units - right.Units));

    /// <summary>True when left is less than right.</summary>
    public static bool operator <(Price left, Price right) => left.Units < right.Units;

    /// <summary>True when left is greater than right.</summary>
    public static bool operator >(Price left, Price right) => left.Units > right.Units;

    /// <summary>True when left is at most right.</summary>
    public static bool operator <=(Price left, Price right) => left.Units <= right.Units;

    /// <summary>True when left is at least right.</summary>
    public static bool operator >=(Price left, Price right) => left.Units >= right.Units;

    /// <summary>
    /// Returns the value of <paramref name="quantity"/> units at this price: the exact product, rounded half up to
    /// <see cref="Money"/> units when <paramref name="scale"/> is above 4.
    /// </summary>
    /// <param name="quantity">Shares (scale 0).</param>
    /// <param name="scale">Decimal places of this price, 0 to 18.</param>
    /// <exception cref="OverflowException">The value does not fit.</exception>
    public Money ValueOf(Quantity quantity, int scale = ShareScale)
    {
        Int128 product = (Int128)Units * quantity.Units;
        return new Money(checked((long)(scale <= Money.Scale
            ? product * ScaledDecimal.PowerOfTen(Money.Scale - scale)
            : ScaledDecimal.DivideHalfUp(product, ScaledDecimal.PowerOfTen(scale - Money.Scale)))));
    }

    /// <inheritdoc />
    public int CompareTo(Price other) => Units.CompareTo(other.Units);

    /// <summary>Returns the decimal at scale <see cref="ShareScale"/> without trailing zeros, for example "12.34".</summary>
    public override string ToString() => ToString(ShareScale);

    /// <summary>Returns the decimal at <paramref name="scale"/> without trailing zeros.</summary>
    public string ToString(int scale) => ScaledDecimal.FormatShort(Units, scale);
}

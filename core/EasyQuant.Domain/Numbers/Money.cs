using System.Globalization;

namespace EasyQuant.Domain;

/// <summary>An amount of CNY, exact, as a count of units of 0.0001 CNY. Arithmetic is checked.</summary>
/// <param name="Units">Count of 0.0001 CNY; negative amounts are debts or losses.</param>
public readonly record struct Money(long Units) : IComparable<Money>
{
    /// <summary>A rate of 1 in <see cref="AtRate"/>.</summary>
    public const long BaseRateOne = 100_000_000;

    /// <summary>Decimal places of a unit.</summary>
    public const int Scale = 4;

    /// <summary>Units in 0.01 CNY.</summary>
    public const long UnitsPerCent = 100;

    /// <summary>Nothing.</summary>
    public static Money Zero => default;

    /// <summary>Returns <paramref name="yuan"/> whole CNY.</summary>
    /// <exception cref="OverflowException">The amount does not fit.</exception>
    public static Money FromYuan(long yuan) => new(checked(yuan * 10_000));

    /// <summary>Parses a decimal of at most four places, such as "12.34".</summary>
    /// <exception cref="FormatException">The text is not such a decimal.</exception>
    public static Money Parse(string text) => TryParse(text, out Money money)
        ? money
        : throw new FormatException($"\"{text}\" is not an amount with at most {Scale} decimal places.");

    /// <summary>Parses a decimal of at most four places; false when the text is something else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Money money)
    {
        bool parsed = ScaledDecimal.TryParse(text, Scale, out long units);
        money = new Money(units);
        return parsed;
    }

    /// <summary>Adds.</summary>
    /// <exception cref="OverflowException">The sum does not fit.</exception>
    public static Money operator +(Money left, Money right) => new(checked(left.Units + right.Units));

    /// <summary>Subtracts.</summary>
    /// <exception cref="OverflowException">The difference does not fit.</exception>
    public static Money operator -(Money left, Money right) => new(checked(left.Units - right.Units));

    /// <summary>Negates.</summary>
    /// <exception cref="OverflowException">The result does not fit.</exception>
    public static Money operator -(Money money) => new(checked(-money.Units));

    /// <summary>True when left is less than right.</summary>
    public static bool operator <(Money left, Money right) => left.Units < right.Units;

    /// <summary>True when left is greater than right.</summary>
    public static bool operator >(Money left, Money right) => left.Units > right.Units;

    /// <summary>True when left is at most right.</summary>
    public static bool operator <=(Money left, Money right) => left.Units <= right.Units;

    /// <summary>True when left is at least right.</summary>
    public static bool operator >=(Money left, Money right) => left.Units >= right.Units;

    /// <inheritdoc />
    public int CompareTo(Money other) => Units.CompareTo(other.Units);

    /// <summary>Returns the amount as a double in CNY; for ratios and reports only.</summary>
    public double ToDouble() => Units / 10_000.0;

    /// <summary>Returns the decimal in CNY without trailing zeros, for example "12.34".</summary>
    public override string ToString() => ScaledDecimal.FormatShort(Units, Scale).ToString(CultureInfo.InvariantCulture);

    /// <summary>Returns the amount in another currency, rounded half up to a money unit.</summary>
    /// <param name="rate">Units of 1e-8 of that currency for 1 unit of this one, above 0.</param>
    /// <exception cref="OverflowException">The amount does not fit.</exception>
    public Money AtRate(long rate) =>
        rate == BaseRateOne ? this : new Money(checked((long)ScaledDecimal.DivideHalfUp((Int128)Units * rate, BaseRateOne)));
}

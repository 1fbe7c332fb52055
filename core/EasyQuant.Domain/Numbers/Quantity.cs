using System.Globalization;

namespace EasyQuant.Domain;

/// <summary>A count of units of an instrument's quantity scale: whole shares (scale 0), or fractions of a coin. Arithmetic is checked.</summary>
/// <param name="Units">Shares, or units of 10^-scale.</param>
public readonly record struct Quantity(long Units) : IComparable<Quantity>
{
    /// <summary>No shares.</summary>
    public static Quantity Zero => default;

    /// <summary>Parses a whole number such as "1000".</summary>
    /// <exception cref="FormatException">The text is not a whole number.</exception>
    public static Quantity Parse(string text) => ScaledDecimal.TryParse(text, 0, out long units)
        ? new Quantity(units)
        : throw new FormatException($"\"{text}\" is not a whole number of shares.");

    /// <summary>Rounds a computed number of shares towards zero.</summary>
    /// <param name="shares">A finite number of at most 9.2e18 in magnitude.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is NaN, infinite or too large.</exception>
    public static Quantity FromDouble(double shares) => double.IsFinite(shares) && Math.Abs(shares) < 9.2e18
        ? new Quantity((long)shares)
        : throw new ArgumentOutOfRangeException(nameof(shares), shares, "A quantity must be a finite number below 9.2e18.");

    /// <summary>Adds.</summary>
    /// <exception cref="OverflowException">The sum does not fit.</exception>
    public static Quantity operator +(Quantity left, Quantity right) => new(checked(left.Units + right.Units));

    /// <summary>Subtracts.</summary>
    /// <exception cref="OverflowException">The difference does not fit.</exception>
    public static Quantity operator -(Quantity left, Quantity right) => new(checked(left.Units - right.Units));

    /// <summary>True when left is less than right.</summary>
    public static bool operator <(Quantity left, Quantity right) => left.Units < right.Units;

    /// <summary>True when left is greater than right.</summary>
    public static bool operator >(Quantity left, Quantity right) => left.Units > right.Units;

    /// <summary>True when left is at most right.</summary>
    public static bool operator <=(Quantity left, Quantity right) => left.Units <= right.Units;

    /// <summary>True when left is at least right.</summary>
    public static bool operator >=(Quantity left, Quantity right) => left.Units >= right.Units;

    /// <inheritdoc />
    public int CompareTo(Quantity other) => Units.CompareTo(other.Units);

    /// <summary>Returns the count in digits.</summary>
    public override string ToString() => Units.ToString(CultureInfo.InvariantCulture);
}

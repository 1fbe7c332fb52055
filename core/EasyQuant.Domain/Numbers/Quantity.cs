using System.Globalization;

namespace EasyQuant.Domain;

/// <summary>A count of shares (scale 0). Arithmetic is checked.</summary>
/// <param name="Units">Shares.</param>
public readonly record struct Quantity(long Units) : IComparable<Quantity>
{
    /// <summary>No shares.</summary>
    public static Quantity Zero => default;

    /// <summary>Parses a whole number such as "1000".</summary>
    /// <exception cref="FormatException">The text is not a whole number.</exception>
    public static Quantity Parse(string text) => ScaledDecimal.TryParse(text, 0, out long units)
        ? new Quantity(units)
        : throw new FormatException($"\"{text}\" is not a whole number of shares.");

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

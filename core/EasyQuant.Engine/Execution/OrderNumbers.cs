using System.Globalization;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Turns numbers that a strategy computed into the scaled numbers of an order, and refuses what is no number.</summary>
internal static class OrderNumbers
{
    private const double UnitsMax = 9.2e18;

    /// <summary>Quantity units of a number of shares, rounded towards zero.</summary>
    /// <exception cref="OrderValueException">VALUE_NOT_FINITE or VALUE_NEGATIVE.</exception>
    public static long Quantity(Instrument one, double shares)
    {
        Check("quantity", one, shares, one.QuantityScale);

        // Through decimal, because 0.29 x 100 is less than 29 in binary; a count of whole shares is exact as it stands.
        return one.QuantityScale == 0 ? (long)shares : (long)((decimal)shares * ScaledDecimal.PowerOfTen(one.QuantityScale));
    }

    /// <summary>Price units of a price in the instrument's currency, rounded half up.</summary>
    /// <exception cref="OrderValueException">VALUE_NOT_FINITE or VALUE_NEGATIVE.</exception>
    public static long Price(Instrument one, double price)
    {
        Check("price", one, price, one.PriceScale);
        return (long)Math.Round((decimal)price * ScaledDecimal.PowerOfTen(one.PriceScale), MidpointRounding.AwayFromZero);
    }

    /// <summary>Refuses scaled numbers below 0, and those at the end of the range of a long, to which a cast takes infinity and what is too large.</summary>
    /// <exception cref="OrderValueException">VALUE_NOT_FINITE or VALUE_NEGATIVE.</exception>
    public static void CheckUnits(string what, Instrument one, long units)
    {
        if (units < 0)
        {
            throw new OrderValueException(
                "VALUE_NEGATIVE", string.Create(CultureInfo.InvariantCulture, $"The {what} of an order of {one.Symbol} must be at least 0, was {units}."));
        }

        if (units == long.MaxValue)
        {
            throw new OrderValueException(
                "VALUE_NOT_FINITE",
                $"The {what} of an order of {one.Symbol} must be below {long.MaxValue}, which is what a cast makes of an infinite or too large number.");
        }
    }

    private static void Check(string what, Instrument one, double value, int scale)
    {
        if (!double.IsFinite(value) || value * ScaledDecimal.PowerOfTen(scale) >= UnitsMax)
        {
            throw new OrderValueException(
                "VALUE_NOT_FINITE",
                string.Create(
                    CultureInfo.InvariantCulture, $"The {what} of an order of {one.Symbol} must be a finite number below {UnitsMax / ScaledDecimal.PowerOfTen(scale)}, was {value}."));
        }

        if (value < 0)
        {
            throw new OrderValueException(
                "VALUE_NEGATIVE", string.Create(CultureInfo.InvariantCulture, $"The {what} of an order of {one.Symbol} must be at least 0, was {value}."));
        }
    }
}

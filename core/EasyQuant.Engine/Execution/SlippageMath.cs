using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>The price that a market order gets: the price of the bar moved against the order, on a tick, inside the day's limits. Pure.</summary>
internal static class SlippageMath
{
    /// <summary>Returns the slipped price, at least 1.</summary>
    /// <param name="slippage">The model.</param>
    /// <param name="side">Direction of the order.</param>
    /// <param name="price">Price of the bar, above 0.</param>
    /// <param name="quantity">Quantity that fills.</param>
    /// <param name="volume">Volume of the bar; 0 gives no volume-share slippage.</param>
    /// <param name="tick">Tick, 0 when unknown.</param>
    /// <param name="limits">Price limits of the day.</param>
    public static long Apply(Slippage slippage, OrderSide side, long price, long quantity, long volume, long tick, in DayLimits limits)
    {
        long distance = slippage.Kind switch
        {
            SlippageKind.Ticks => checked(slippage.Value * Math.Max(tick, 1)),
            SlippageKind.BasisPoints => ScaledMath.MulDivHalfUp(price, slippage.Value, 10_000),
            SlippageKind.VolumeShare => OfShare(slippage.Value, price, quantity, volume),
            _ => 0,
        };
        if (distance == 0)
        {
            return price;
        }

        long slipped = side == OrderSide.Buy ? checked(price + distance) : Math.Max(1, price - distance);
        if (tick > 1)
        {
            slipped = side == OrderSide.Buy ? checked(slipped + tick - 1) / tick * tick : Math.Max(tick, slipped / tick * tick);
        }

        return limits.Source is null ? slipped : Math.Clamp(slipped, Math.Min(limits.Lower, price), Math.Max(limits.Upper, price));
    }

    private static long OfShare(long factorPpm, long price, long quantity, long volume)
    {
        if (volume == 0)
        {
            return 0;
        }

        Int128 share = (Int128)quantity * 1_000_000 / volume;
        return checked((long)ScaledDecimal.DivideHalfUp((Int128)price * factorPpm * share / 1_000_000 * share, (Int128)1_000_000 * 1_000_000));
    }
}

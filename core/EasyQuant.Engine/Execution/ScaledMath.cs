using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Exact products and quotients of scaled integers; rounding is half away from zero. Does not allocate.</summary>
internal static class ScaledMath
{
    /// <summary>Returns <paramref name="left"/> x <paramref name="right"/> / <paramref name="divisor"/>.</summary>
    /// <param name="left">Any value.</param>
    /// <param name="right">Any value.</param>
    /// <param name="divisor">At least 1.</param>
    /// <exception cref="OverflowException">The result does not fit.</exception>
    public static long MulDivHalfUp(long left, long right, long divisor)
    {
        long high = Math.BigMul(left, right, out long low);
        if (high != low >> 63)
        {
            return checked((long)ScaledDecimal.DivideHalfUp((Int128)left * right, divisor));
        }

        if (divisor == 1)
        {
            return low;
        }

        long quotient = low / divisor;
        long rest = Math.Abs(low - (quotient * divisor));
        return rest >= divisor - rest ? quotient + (low < 0 ? -1 : 1) : quotient;
    }
}

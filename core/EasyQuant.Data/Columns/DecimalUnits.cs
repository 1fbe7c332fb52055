namespace EasyQuant.Data;

/// <summary>Exact conversion between decimals and integer units of 10^-scale.</summary>
public static class DecimalUnits
{
    private static readonly long[] s_powers = MakePowers();

    /// <summary>10^<paramref name="scale"/>.</summary>
    /// <param name="scale">0 to 18.</param>
    public static long Power(int scale) => s_powers[scale];

    /// <summary>Returns units / 10^scale with exactly <paramref name="scale"/> digits after the point.</summary>
    public static decimal ToDecimal(long units, int scale)
    {
        bool isNegative = units < 0;
        ulong magnitude = isNegative ? 0UL - (ulong)units : (ulong)units;
        return new decimal((int)(uint)magnitude, (int)(uint)(magnitude >> 32), 0, isNegative, (byte)scale);
    }

    /// <summary>Returns value * 10^scale when it is an integer that fits into 64 bits.</summary>
    public static bool TryFromDecimal(decimal value, int scale, out long units)
    {
        units = 0;
        decimal power = s_powers[scale];
        if (Math.Abs(value) > 9_300_000_000_000_000_000m / power)
        {
            return false;
        }

        decimal scaled = value * power;
        if (decimal.Truncate(scaled) != scaled || scaled is < long.MinValue or > long.MaxValue)
        {
            return false;
        }

        units = (long)scaled;
        return true;
    }

    private static long[] MakePowers()
    {
        var powers = new long[ColumnSchema.ScaleMax + 1];
        powers[0] = 1;
        for (int i = 1; i < powers.Length; i++)
        {
            powers[i] = powers[i - 1] * 10;
        }

        return powers;
    }
}

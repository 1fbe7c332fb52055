using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EasyQuant.Engine;

/// <summary>
/// What a fill of one fixed quantity would move in cash at each bar of an instrument: computed once an instrument and shared by all lanes. The
/// amounts are those of the matcher to the unit: value rounded half up, each fee rounded half up to its increment, the commission with its minimum.
/// </summary>
internal sealed class LaneTables
{
    // Half a divisor more than the largest dividend must still be an exact double with a rest to spare, so that a quotient that
    // is not whole cannot round up to a whole one.
    private const double ExactMax = 1L << 51;

    private long[] _buyCost = [];
    private long[] _sellGain = [];
    private int _count;

    /// <summary>Money that a buy at the bar takes, fees included.</summary>
    public ReadOnlySpan<long> BuyCost => _buyCost.AsSpan(0, _count);

    /// <summary>Money that a sale at the bar brings, fees deducted.</summary>
    public ReadOnlySpan<long> SellGain => _sellGain.AsSpan(0, _count);

    /// <summary>Quantity that the amounts are for.</summary>
    public long Quantity { get; private set; }

    /// <summary>Makes room for amounts that the caller writes into the returned spans.</summary>
    public (Memory<long> BuyCost, Memory<long> SellGain) Prepare(int count, long quantity)
    {
        int padded = SignalColumn.PaddedLength(count);
        if (_buyCost.Length < padded)
        {
            _buyCost = new long[padded];
            _sellGain = new long[padded];
        }

        _count = count;
        Quantity = quantity;
        return (_buyCost.AsMemory(0, count), _sellGain.AsMemory(0, count));
    }

    /// <summary>Computes the amounts; false when they leave the range in which this path is exact.</summary>
    /// <param name="prices">Fill prices above 0, one a bar.</param>
    /// <param name="quantity">Units of quantity, at least 1.</param>
    /// <param name="valueDivisor">Price units times quantity units in a unit of money: a power of ten, at least 1.</param>
    /// <param name="buy">Fee terms of buys.</param>
    /// <param name="sell">Fee terms of sales.</param>
    public bool TryMake(ReadOnlySpan<long> prices, long quantity, long valueDivisor, in LaneFees buy, in LaneFees sell)
    {
        Prepare(prices.Length, quantity);
        if (!IsExact(prices, quantity, valueDivisor, Math.Max(buy.RatePpmMax, sell.RatePpmMax)))
        {
            return false;
        }

        ReadOnlySpan<Vector512<long>> units = MemoryMarshal.Cast<long, Vector512<long>>(prices);
        Span<Vector512<long>> costs = MemoryMarshal.Cast<long, Vector512<long>>(_buyCost.AsSpan());
        Span<Vector512<long>> gains = MemoryMarshal.Cast<long, Vector512<long>>(_sellGain.AsSpan());
        for (int i = 0; i < units.Length; i++)
        {
            (costs[i], gains[i]) = Amounts(units[i], quantity, valueDivisor, buy, sell);
        }

        int rest = units.Length * Vector512<long>.Count;
        if (rest < prices.Length)
        {
            Span<long> last = stackalloc long[Vector512<long>.Count];
            last.Fill(prices[^1]);
            prices[rest..].CopyTo(last);
            (Vector512<long> cost, Vector512<long> gain) = Amounts(Vector512.Create<long>(last), quantity, valueDivisor, buy, sell);
            costs[units.Length] = cost;
            gains[units.Length] = gain;
        }

        return true;
    }

    private static bool IsExact(ReadOnlySpan<long> prices, long quantity, long valueDivisor, long ratePpmMax)
    {
        long lowest = long.MaxValue;
        long highest = 0;
        foreach (long price in prices)
        {
            lowest = Math.Min(lowest, price);
            highest = Math.Max(highest, price);
        }

        double product = (double)highest * quantity;
        return lowest > 0 && product + valueDivisor < ExactMax && ((product / valueDivisor) + 1) * ratePpmMax < ExactMax / 4;
    }

    private static (Vector512<long> Cost, Vector512<long> Gain) Amounts(
        Vector512<long> prices, long quantity, long valueDivisor, in LaneFees buy, in LaneFees sell)
    {
        Vector512<double> product = Vector512.ConvertToDouble(prices) * (double)quantity;
        Vector512<double> value = DivideHalfUp(product, valueDivisor);
        return (Vector512.ConvertToInt64(value + Fees(value, buy)), Vector512.ConvertToInt64(value - Fees(value, sell)));
    }

    private static Vector512<double> Fees(Vector512<double> value, in LaneFees fees)
    {
        double divisor = 1_000_000.0 * fees.Increment;
        Vector512<double> commission = Vector512.Max(
            DivideHalfUp(value * fees.CommissionPpm, divisor) * fees.Increment, Vector512.Create((double)fees.CommissionMinimum));
        if (fees.StampDutyPpm != 0)
        {
            commission += DivideHalfUp(value * fees.StampDutyPpm, divisor) * fees.Increment;
        }

        return fees.TransferFeePpm != 0 ? commission + (DivideHalfUp(value * fees.TransferFeePpm, divisor) * fees.Increment) : commission;
    }

    private static Vector512<double> DivideHalfUp(Vector512<double> dividend, double divisor) =>
        divisor == 1 ? dividend : Vector512.Floor((dividend + Vector512.Create(divisor / 2)) / divisor);
}

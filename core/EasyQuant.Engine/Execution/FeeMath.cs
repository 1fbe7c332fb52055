namespace EasyQuant.Engine;

/// <summary>
/// Fees of an order over all its fills: each kind is the sum of value times rate, rounded half up to the increment once an order; the commission has
/// a minimum. A fill is charged what the order owes by then less what it was charged before, so that fills sum to the order's fee.
/// </summary>
internal readonly struct FeeMath(BacktestSettings settings, EntryList<FeeSums> sums)
{
    private const long Million = 1_000_000;
    private readonly long _increment = settings.FeeIncrement.Units;
    private readonly long _minimum = settings.CommissionMinimum.Units;

    /// <summary>All fees of a further fill, without booking it.</summary>
    public long Total(in OrderEntry order, FeeRates rates, long value, long quantity)
    {
        if (order.FilledQuantity == 0)
        {
            return checked(Math.Max(Share(value, rates.CommissionPpm), _minimum) + Share(value, rates.StampDutyPpm) + TransferFee(rates, value, quantity));
        }

        ref FeeSums before = ref sums[order.FeeSums - 1];
        return checked(
            Math.Max(Rounded(before.Commission + ((Int128)value * rates.CommissionPpm)), _minimum) - Math.Max(Rounded(before.Commission), _minimum)
            + Rounded(before.Stamp + ((Int128)value * rates.StampDutyPpm)) - Rounded(before.Stamp)
            + Rounded(before.Transfer + TransferSum(rates, value, quantity)) - Rounded(before.Transfer));
    }

    /// <summary>Charges a further fill: sets the fees of the fill and adds to the sums of the order.</summary>
    public void Charge(ref OrderEntry order, ref FillEntry fill, FeeRates rates, bool isComplete)
    {
        fill.Rates = rates;
        if (order.FilledQuantity == 0)
        {
            long byRate = Share(fill.Value, rates.CommissionPpm);
            fill.IsMinimumCommission = byRate < _minimum;
            fill.Commission = Math.Max(byRate, _minimum);
            fill.StampDuty = Share(fill.Value, rates.StampDutyPpm);
            fill.TransferFee = TransferFee(rates, fill.Value, fill.Quantity);
            if (!isComplete)
            {
                Add(ref sums.Add(), fill.Value, fill.Quantity, rates);
                order.FeeSums = sums.Count;
            }

            return;
        }

        ref FeeSums one = ref sums[order.FeeSums - 1];
        long commission = Math.Max(Rounded(one.Commission), _minimum);
        long stamp = Rounded(one.Stamp);
        long transfer = Rounded(one.Transfer);
        Add(ref one, fill.Value, fill.Quantity, rates);
        long owed = Rounded(one.Commission);
        fill.IsMinimumCommission = owed < _minimum;
        fill.Commission = Math.Max(owed, _minimum) - commission;
        fill.StampDuty = Rounded(one.Stamp) - stamp;
        fill.TransferFee = Rounded(one.Transfer) - transfer;
    }

    private static void Add(ref FeeSums one, long value, long quantity, FeeRates rates)
    {
        one.Commission += (Int128)value * rates.CommissionPpm;
        one.Stamp += (Int128)value * rates.StampDutyPpm;
        one.Transfer += TransferSum(rates, value, quantity);
    }

    private static Int128 TransferSum(FeeRates rates, long value, long quantity) =>
        ((Int128)value * rates.TransferFeePpm) + ((Int128)quantity * rates.TransferPerThousand * 1000);

    private long TransferFee(FeeRates rates, long value, long quantity) =>
        rates.TransferPerThousand == 0 ? Share(value, rates.TransferFeePpm) : Rounded(TransferSum(rates, value, quantity));

    private long Share(long value, long ppm) =>
        ppm == 0 ? 0 : ScaledMath.MulDivHalfUp(value, ppm, Million * _increment) * _increment;

    private long Rounded(Int128 sum) =>
        checked((long)(EasyQuant.Domain.ScaledDecimal.DivideHalfUp(sum, Million * _increment) * _increment));
}

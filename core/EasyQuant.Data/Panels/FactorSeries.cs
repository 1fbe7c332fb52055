using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Data;

/// <summary>
/// Cumulative adjustment of one instrument as it was known on one date. C(t) is the product of the multipliers with ex-date not after t, each
/// product rounded half away from zero to 12 places, oldest first, so it is equal on every machine. Immutable, thread-safe.
/// </summary>
public sealed class FactorSeries
{
    private readonly ImmutableArray<int> _exDays;
    private readonly ImmutableArray<Int128> _cumulative;

    private FactorSeries(ImmutableArray<int> exDays, ImmutableArray<Int128> cumulative)
    {
        _exDays = exDays;
        _cumulative = cumulative;
    }

    /// <summary>Takes the steps that were known on a date: ex-date and known-from not after it.</summary>
    /// <param name="factors">Steps in any order; several of one ex-date multiply.</param>
    /// <param name="asOf">The date.</param>
    /// <exception cref="PanelException"><c>PANEL_INPUT</c>: a multiplier is not above 0, or the product exceeds 10^9.</exception>
    public static FactorSeries AsOf(IEnumerable<AdjustmentFactor> factors, DateOnly asOf)
    {
        ArgumentNullException.ThrowIfNull(factors);
        var days = ImmutableArray.CreateBuilder<int>();
        var products = ImmutableArray.CreateBuilder<Int128>();
        Int128 product = AdjustmentFactor.One;
        foreach (AdjustmentFactor factor in factors
            .Where(f => f.ExDate <= asOf && (f.KnownFrom ?? f.ExDate) <= asOf)
            .OrderBy(f => f.ExDate).ThenBy(f => f.Multiplier))
        {
            if (factor.Multiplier <= 0)
            {
                throw new PanelException("PANEL_INPUT", $"The adjustment factor of {factor.ExDate:O} must be above 0, was {factor.Multiplier}.");
            }

            product = ScaledDecimal.DivideHalfUp(product * factor.Multiplier, AdjustmentFactor.One);
            if (product <= 0 || product > (Int128)AdjustmentFactor.One * 1_000_000_000)
            {
                throw new PanelException("PANEL_INPUT", $"The product of the adjustment factors up to {factor.ExDate:O} is outside 10^-12 to 10^9.");
            }

            days.Add(EpochDays.FromDate(factor.ExDate));
            products.Add(product);
        }

        return new FactorSeries(days.ToImmutable(), products.ToImmutable());
    }

    /// <summary>C(day) in units of 10^-12; 10^12 before the first step.</summary>
    /// <param name="epochDay">Days since 1970-01-01.</param>
    public Int128 At(int epochDay)
    {
        int low = 0;
        int high = _exDays.Length;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (_exDays[middle] <= epochDay)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low == 0 ? AdjustmentFactor.One : _cumulative[low - 1];
    }

    /// <summary>Adjusts one price; rounds half away from zero once.</summary>
    /// <param name="units">Price in units of any scale; <see cref="BarPanel.Missing"/> stays.</param>
    /// <param name="epochDay">Trading date of the price, days since 1970-01-01, not after the as-of date.</param>
    /// <param name="adjustment">Direction.</param>
    /// <exception cref="OverflowException">The result does not fit.</exception>
    public long Adjust(long units, int epochDay, PriceAdjustment adjustment)
    {
        if (adjustment == PriceAdjustment.None || _exDays.IsEmpty || units == BarPanel.Missing)
        {
            return units;
        }

        Int128 divisor = adjustment == PriceAdjustment.Backward ? AdjustmentFactor.One : _cumulative[^1];
        return checked((long)ScaledDecimal.DivideHalfUp(units * At(epochDay), divisor));
    }
}

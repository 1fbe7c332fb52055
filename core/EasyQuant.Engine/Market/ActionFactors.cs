using EasyQuant.Data;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Adjustment steps that follow from corporate actions.</summary>
public static class ActionFactors
{
    /// <summary>
    /// Returns one step an ex-date: the last close before it divided by the exchanges' ex-right reference of that close (<see cref="ExReference"/>), rounded
    /// half away from zero to 12 places. Ex-dates before the first bar, and actions that move no reference, give none.
    /// </summary>
    /// <param name="epochDays">Trading dates of the bars, strictly ascending, days since 1970-01-01.</param>
    /// <param name="closes">Closes of the bars in price units, above 0.</param>
    /// <param name="actions">Actions of one instrument in any order.</param>
    /// <exception cref="ArgumentException">The lengths differ, or a reference is not above 0; the message names the ex-date.</exception>
    public static IReadOnlyList<AdjustmentFactor> Of(ReadOnlySpan<int> epochDays, ReadOnlySpan<long> closes, IEnumerable<CorporateAction> actions)
    {
        if (epochDays.Length != closes.Length)
        {
            throw new ArgumentException($"There are {epochDays.Length} days and {closes.Length} closes.", nameof(closes));
        }

        var factors = new List<AdjustmentFactor>();
        foreach (IGrouping<DateOnly, CorporateAction> day in actions.Where(a => a is CashDividend or BonusIssue or RightsIssue or ShareSplit).GroupBy(a => a.EffectiveDate).OrderBy(g => g.Key))
        {
            int at = epochDays.BinarySearch(EpochDays.FromDate(day.Key));
            int before = (at >= 0 ? at : ~at) - 1;
            if (before < 0)
            {
                continue;
            }

            long reference = ExReference.Of(closes[before], day);
            if (reference <= 0)
            {
                throw new ArgumentException($"The actions of {day.Key:O} leave no reference price of a close of {closes[before]} units.", nameof(actions));
            }

            Int128 multiplier = ScaledDecimal.DivideHalfUp((Int128)closes[before] * AdjustmentFactor.One, reference);
            if (multiplier != AdjustmentFactor.One)
            {
                factors.Add(new AdjustmentFactor(day.Key, checked((long)multiplier)));
            }
        }

        return factors;
    }
}

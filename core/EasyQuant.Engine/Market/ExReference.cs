using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Where the price reference falls at an ex-date.</summary>
public static class ExReference
{
    /// <summary>
    /// Returns (price - dividends + sum of rights price x ratio) / (1 + bonus ratios + rights ratios), times shares before over after
    /// for splits, rounded half up to a price unit. This is the exchanges' formula for ex-right and ex-dividend reference prices.
    /// </summary>
    /// <param name="price">Last price before, in price units, above 0.</param>
    /// <param name="actions">All actions of one instrument and day.</param>
    public static long Of(long price, IEnumerable<CorporateAction> actions)
    {
        decimal value = price;
        decimal shares = 1;
        decimal split = 1;
        foreach (CorporateAction action in actions)
        {
            switch (action)
            {
                case CashDividend dividend:
                    value -= dividend.PerShare.Units;
                    break;
                case BonusIssue bonus:
                    shares += (decimal)bonus.New / bonus.Held;
                    break;
                case RightsIssue rights:
                    value += rights.Price.Units * ((decimal)rights.New / rights.Held);
                    shares += (decimal)rights.New / rights.Held;
                    break;
                case ShareSplit one:
                    split *= (decimal)one.From / one.To;
                    break;
            }
        }

        return (long)Math.Max(0, Math.Round(value / shares * split, MidpointRounding.AwayFromZero));
    }
}

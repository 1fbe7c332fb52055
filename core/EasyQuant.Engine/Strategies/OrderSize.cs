using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>How much a strategy buys at once: a fixed number of shares, or a fraction of equity at the last closes.</summary>
/// <param name="Shares">Shares; 0 when the fraction counts.</param>
/// <param name="FractionPpm">Millionths of equity, 0 to 1,000,000; 0 when the shares count.</param>
public readonly record struct OrderSize(long Shares, long FractionPpm)
{
    /// <summary>A fixed number of shares, at least 1.</summary>
    public static OrderSize FixedShares(long shares) => new(shares, 0);

    /// <summary>A fraction of equity in millionths, 1 to 1,000,000.</summary>
    public static OrderSize Fraction(long ppm) => new(0, ppm);

    /// <summary>Returns the shares to buy now; 0 when the budget does not reach a lot. Without size, equity is split evenly over all instruments.</summary>
    /// <param name="context">The account.</param>
    /// <param name="instrument">0 to the count of instruments - 1.</param>
    public long Resolve(StrategyContext context, int instrument)
    {
        if (Shares > 0)
        {
            return Shares;
        }

        Int128 budget = FractionPpm > 0
            ? (Int128)context.Equity.Units * FractionPpm / 1_000_000
            : context.Equity.Units / context.InstrumentCount;
        return context.SharesFor(instrument, new Money(checked((long)Int128.Max(budget, 0))));
    }

    /// <summary>Gives a market order to buy this size; none when the budget does not reach a lot.</summary>
    /// <param name="context">The account.</param>
    /// <param name="instrument">0 to the count of instruments - 1.</param>
    /// <returns>The order's number, from 1; 0 when no order was given.</returns>
    public int Buy(StrategyContext context, int instrument) => Resolve(context, instrument) is > 0 and var shares ? context.Buy(instrument, shares) : 0;
}

namespace EasyQuant.Domain;

/// <summary>
/// Rights to buy <paramref name="New"/> shares for each <paramref name="Held"/> at a price; they lapse unless subscribed. Fractions lapse. The price
/// reference of the ex-date is (close + price x ratio) / (1 + ratio), whether or not the rights are taken up.
/// </summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="EffectiveDate">The ex-date; who holds before it is entitled.</param>
/// <param name="PayDate">Last day of the payment window, on which the subscription is paid, not before the ex-date.</param>
/// <param name="ListDate">First day on which the new shares may be sold, not before the pay date.</param>
/// <param name="New">New shares, at least 1.</param>
/// <param name="Held">Shares held, at least 1.</param>
/// <param name="Price">Subscription price of one share, above 0, in units of the instrument's price scale.</param>
public sealed record RightsIssue(
    Symbol Symbol, DateOnly EffectiveDate, DateOnly PayDate, DateOnly ListDate, long New, long Held, Price Price)
    : CorporateAction(Symbol, EffectiveDate)
{
    /// <inheritdoc />
    public override string Name => "rights";
}

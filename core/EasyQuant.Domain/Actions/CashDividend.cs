namespace EasyQuant.Domain;

/// <summary>
/// A cash dividend. Who holds at the close of the record date is entitled; the price reference falls at the ex-date, the amount is a
/// receivable until the pay date.
/// </summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="EffectiveDate">The ex-date.</param>
/// <param name="RecordDate">Day whose close decides; the last trading day before the ex-date when it is not earlier.</param>
/// <param name="PayDate">Day on which the cash arrives, not before the ex-date.</param>
/// <param name="PerShare">Amount of one share before tax, above 0, in units of the instrument's price scale.</param>
public sealed record CashDividend(Symbol Symbol, DateOnly EffectiveDate, DateOnly RecordDate, DateOnly PayDate, Price PerShare)
    : CorporateAction(Symbol, EffectiveDate)
{
    /// <inheritdoc />
    public override string Name => "dividend";
}

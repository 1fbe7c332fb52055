namespace EasyQuant.Domain;

/// <summary>
/// Bonus shares or a transfer of reserves: <paramref name="New"/> free shares for each <paramref name="Held"/>, half a share rounds up. They belong to
/// the position from the ex-date and may be sold from the list date.
/// </summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="EffectiveDate">The ex-date.</param>
/// <param name="ListDate">First day on which the new shares may be sold, not before the ex-date.</param>
/// <param name="New">New shares, at least 1.</param>
/// <param name="Held">Shares held, at least 1.</param>
public sealed record BonusIssue(Symbol Symbol, DateOnly EffectiveDate, DateOnly ListDate, long New, long Held)
    : CorporateAction(Symbol, EffectiveDate)
{
    /// <inheritdoc />
    public override string Name => "bonus";
}

namespace EasyQuant.Domain;

/// <summary>The end of an instrument: positions turn into cash.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="EffectiveDate">First day on which it no longer exists.</param>
/// <param name="PerShare">Cash for one share in units of the price scale, at least 0; null takes the last price.</param>
public sealed record Delisting(Symbol Symbol, DateOnly EffectiveDate, Price? PerShare) : CorporateAction(Symbol, EffectiveDate)
{
    /// <inheritdoc />
    public override string Name => "delisting";
}

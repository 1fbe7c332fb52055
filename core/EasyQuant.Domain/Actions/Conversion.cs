namespace EasyQuant.Domain;

/// <summary>The end of an instrument by exchange into a successor: <paramref name="New"/> shares of it for each <paramref name="Held"/>, half a share rounds up.</summary>
/// <param name="Symbol">The instrument that ends.</param>
/// <param name="EffectiveDate">First day on which it no longer exists.</param>
/// <param name="Successor">Symbol of the successor, which is part of the panel and has the same currency.</param>
/// <param name="New">Shares of the successor, at least 1.</param>
/// <param name="Held">Shares held, at least 1.</param>
public sealed record Conversion(Symbol Symbol, DateOnly EffectiveDate, Symbol Successor, long New, long Held)
    : CorporateAction(Symbol, EffectiveDate)
{
    /// <inheritdoc />
    public override string Name => "conversion";
}

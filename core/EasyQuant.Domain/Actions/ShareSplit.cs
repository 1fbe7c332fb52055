namespace EasyQuant.Domain;

/// <summary>A split or, when fewer shares come out, a consolidation: <paramref name="To"/> shares for each <paramref name="From"/>, half a share rounds up.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="EffectiveDate">First day on which the new shares trade.</param>
/// <param name="To">Shares after, at least 1.</param>
/// <param name="From">Shares before, at least 1.</param>
public sealed record ShareSplit(Symbol Symbol, DateOnly EffectiveDate, long To, long From) : CorporateAction(Symbol, EffectiveDate)
{
    /// <inheritdoc />
    public override string Name => "split";
}

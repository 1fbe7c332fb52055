namespace EasyQuant.Domain;

/// <summary>
/// Something a company does to its shares: a closed set of cases. Ordered by <see cref="EffectiveDate"/>. All are booked before the first bar of
/// their day; a day that is not a trading day moves to the next one.
/// </summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="EffectiveDate">The ex-date: first day on which the share trades without the right; for a delisting or conversion the first day on which it no longer exists.</param>
public abstract record CorporateAction(Symbol Symbol, DateOnly EffectiveDate)
{
    /// <summary>Short name for postings, for example <c>dividend</c>.</summary>
    public abstract string Name { get; }
}

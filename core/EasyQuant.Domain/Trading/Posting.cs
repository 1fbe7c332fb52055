namespace EasyQuant.Domain;

/// <summary>A change of cash or shares that is not a fill. Cash at any time is the initial cash plus all cash flows of fills and postings.</summary>
/// <param name="TradingDate">The day on which it was booked, before the first bar of the day.</param>
/// <param name="Kind">Why.</param>
/// <param name="Account">Index of the account, from 0.</param>
/// <param name="Currency">Currency of the amount.</param>
/// <param name="Amount">Change of cash; 0 when only shares change.</param>
/// <param name="Symbol">The instrument; the default value when the posting is about cash alone.</param>
/// <param name="Shares">Change of the position; 0 when only cash changes.</param>
/// <param name="Source">What it follows from: the corporate action, or the setting.</param>
public sealed record Posting(
    DateOnly TradingDate,
    PostingKind Kind,
    int Account,
    string Currency,
    Money Amount,
    Symbol Symbol,
    Quantity Shares,
    string Source);

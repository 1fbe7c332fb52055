using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>From flat to flat in one instrument: all buys and sells between, as one trade.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="EntryDate">Day of the first entry.</param>
/// <param name="ExitDate">Day of the last exit; null while a position is held.</param>
/// <param name="Quantity">Shares entered in all, those of splits and bonuses included.</param>
/// <param name="EntryPrice">Average price of the entries, rounded half up to a unit of the price scale.</param>
/// <param name="ExitPrice">Average price of the exits; of an open trade the last close for the shares still held is included.</param>
/// <param name="Profit">Gain after all fees, with dividends received and borrow fees paid, in the currency of the instrument; of an open trade at the last close.</param>
/// <param name="Fees">All fees.</param>
/// <param name="Return">Profit over the value of the entries with their fees.</param>
/// <param name="DayCount">Trading days from entry to exit (or the end), both included.</param>
/// <param name="EntryValue">Value of the entries without fees.</param>
/// <param name="IsShort">True when the trade began with a sale.</param>
public sealed record RoundTrip(
    Symbol Symbol,
    DateOnly EntryDate,
    DateOnly? ExitDate,
    Quantity Quantity,
    Price EntryPrice,
    Price ExitPrice,
    Money Profit,
    Money Fees,
    double Return,
    int DayCount,
    Money EntryValue,
    bool IsShort)
{
    /// <summary>True while a position is held.</summary>
    public bool IsOpen => ExitDate is null;

    /// <summary>
    /// Units of 1e-8 of the run's base currency for 1 unit of the instrument's, at the close of the exit day (of the last day for an open trade); 100,000,000 (default)
    /// in the base currency. Statistics over several currencies use the amounts at this rate.
    /// </summary>
    public long BaseRate { get; init; } = Money.BaseRateOne;

    /// <summary><see cref="Profit"/> in the base currency.</summary>
    public Money ProfitInBase => Profit.AtRate(BaseRate);

    /// <summary><see cref="Fees"/> in the base currency.</summary>
    public Money FeesInBase => Fees.AtRate(BaseRate);

    /// <summary><see cref="EntryValue"/> in the base currency.</summary>
    public Money EntryValueInBase => EntryValue.AtRate(BaseRate);

    /// <summary>Index of the account, from 0.</summary>
    public int Account { get; init; }

    /// <summary>What corporate actions did to the count of shares while the trade was open, ascending.</summary>
    internal System.Collections.Immutable.ImmutableArray<OpenTrip.ShareChange> ShareChanges { get; init; } = [];
}

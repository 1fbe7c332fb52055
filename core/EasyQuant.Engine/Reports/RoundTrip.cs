using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>From flat to flat in one instrument: all buys and sells between, as one trade.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="EntryDate">Day of the first buy.</param>
/// <param name="ExitDate">Day of the last sale; null while shares are held.</param>
/// <param name="Quantity">Shares bought in all.</param>
/// <param name="EntryPrice">Average price of the buys, rounded half up to a unit of the price scale.</param>
/// <param name="ExitPrice">Average price of the sales; of an open trade the last close for the shares still held is included.</param>
/// <param name="Profit">Gain after all fees; of an open trade at the last close.</param>
/// <param name="Fees">All fees.</param>
/// <param name="Return">Profit over the cost of the buys with their fees.</param>
/// <param name="DayCount">Trading days from entry to exit (or the end), both included.</param>
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
    int DayCount)
{
    /// <summary>True while shares are held.</summary>
    public bool IsOpen => ExitDate is null;
}

using System.Runtime.CompilerServices;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Addresses of the columns of one instrument, kept in place by <see cref="FastMarket"/>; <see cref="Amount"/> is null when unknown.</summary>
internal unsafe struct FastColumns
{
    public long* Open;
    public long* High;
    public long* Low;
    public long* Close;
    public long* Volume;
    public long* Amount;

    /// <summary>Time of each row; null when row is time.</summary>
    public int* Slots;

    /// <summary>Number of rows.</summary>
    public int Count;

    /// <summary>Reference prices, one a day.</summary>
    public long* PreviousClose;

    /// <summary>Returns the bar of a row.</summary>
    /// <param name="row">0 to the number of rows - 1.</param>
    /// <param name="day">Its day in the calendar.</param>
    /// <param name="date">The date of that day.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Bar BarAt(int row, int day, DateOnly date) => new(
        date,
        new Price(Open[row]),
        new Price(High[row]),
        new Price(Low[row]),
        new Price(Close[row]),
        new Quantity(Volume[row]),
        new Price(PreviousClose[day]),
        new Money(Amount is null ? 0 : Amount[row]));
}

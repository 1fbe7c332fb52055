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
    /// <param name="withheld">Fields that the bar does not hold and that are not read.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Bar BarAt(int row, int day, DateOnly date, BarFields withheld) => new(
        date,
        new Price((withheld & BarFields.Open) == 0 ? Open[row] : 0),
        new Price((withheld & BarFields.High) == 0 ? High[row] : 0),
        new Price((withheld & BarFields.Low) == 0 ? Low[row] : 0),
        new Price((withheld & BarFields.Close) == 0 ? Close[row] : 0),
        new Quantity((withheld & BarFields.Volume) == 0 ? Volume[row] : 0),
        new Price((withheld & BarFields.PreviousClose) == 0 ? PreviousClose[day] : 0),
        new Money((withheld & BarFields.Amount) == 0 && Amount is not null ? Amount[row] : 0),
        withheld);
}

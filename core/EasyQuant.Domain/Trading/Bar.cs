using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace EasyQuant.Domain;

/// <summary>
/// One interval of one instrument, a day or some minutes; unadjusted prices as traded. A bar may withhold fields: those that a strategy did not state to
/// read (see the engine's <c>IStrategy.FieldsRead</c>). Reading such a field throws, so that it is never taken for a price of 0.
/// </summary>
/// <param name="TradingDate">The trading day in the exchange's zone.</param>
/// <param name="Open">First price.</param>
/// <param name="High">Highest price.</param>
/// <param name="Low">Lowest price.</param>
/// <param name="Close">Last price.</param>
/// <param name="Volume">Shares traded, at least 0, in units of the instrument's quantity scale.</param>
/// <param name="PreviousClose">The exchange's reference price of the day (ex-right), which price limits are computed from; 0 units when unknown.</param>
/// <param name="Amount">Traded value; 0 when unknown.</param>
/// <param name="Withheld">Fields that this bar does not hold; default none.</param>
public readonly record struct Bar(
    DateOnly TradingDate,
    Price Open,
    Price High,
    Price Low,
    Price Close,
    Quantity Volume,
    Price PreviousClose,
    Money Amount = default,
    BarFields Withheld = BarFields.None)
{
    private readonly Price _open = (Withheld & BarFields.Open) == 0 ? Open : default;
    private readonly Price _high = (Withheld & BarFields.High) == 0 ? High : default;
    private readonly Price _low = (Withheld & BarFields.Low) == 0 ? Low : default;
    private readonly Price _close = (Withheld & BarFields.Close) == 0 ? Close : default;
    private readonly Quantity _volume = (Withheld & BarFields.Volume) == 0 ? Volume : default;
    private readonly Price _previousClose = (Withheld & BarFields.PreviousClose) == 0 ? PreviousClose : default;
    private readonly Money _amount = (Withheld & BarFields.Amount) == 0 ? Amount : default;

    /// <summary>First price.</summary>
    /// <exception cref="InvalidOperationException">The bar withholds the field.</exception>
    public Price Open
    {
        get
        {
            Require(BarFields.Open);
            return _open;
        }
    }

    /// <summary>Highest price.</summary>
    /// <exception cref="InvalidOperationException">The bar withholds the field.</exception>
    public Price High
    {
        get
        {
            Require(BarFields.High);
            return _high;
        }
    }

    /// <summary>Lowest price.</summary>
    /// <exception cref="InvalidOperationException">The bar withholds the field.</exception>
    public Price Low
    {
        get
        {
            Require(BarFields.Low);
            return _low;
        }
    }

    /// <summary>Last price.</summary>
    /// <exception cref="InvalidOperationException">The bar withholds the field.</exception>
    public Price Close
    {
        get
        {
            Require(BarFields.Close);
            return _close;
        }
    }

    /// <summary>Shares traded, at least 0, in units of the instrument's quantity scale.</summary>
    /// <exception cref="InvalidOperationException">The bar withholds the field.</exception>
    public Quantity Volume
    {
        get
        {
            Require(BarFields.Volume);
            return _volume;
        }
    }

    /// <summary>The exchange's reference price of the day (ex-right); 0 units when unknown.</summary>
    /// <exception cref="InvalidOperationException">The bar withholds the field.</exception>
    public Price PreviousClose
    {
        get
        {
            Require(BarFields.PreviousClose);
            return _previousClose;
        }
    }

    /// <summary>Traded value; 0 when unknown.</summary>
    /// <exception cref="InvalidOperationException">The bar withholds the field.</exception>
    public Money Amount
    {
        get
        {
            Require(BarFields.Amount);
            return _amount;
        }
    }

    /// <summary>Returns the fields as text; those withheld are left out.</summary>
    public override string ToString() =>
        $"Bar {{ TradingDate = {TradingDate:O}{Text(BarFields.Open, _open.Units)}{Text(BarFields.High, _high.Units)}{Text(BarFields.Low, _low.Units)}"
        + $"{Text(BarFields.Close, _close.Units)}{Text(BarFields.Volume, _volume.Units)}{Text(BarFields.PreviousClose, _previousClose.Units)}"
        + $"{Text(BarFields.Amount, _amount.Units)} }}";

    private string Text(BarFields field, long units) => (Withheld & field) == 0 ? $", {field} = {units}" : string.Empty;

    [DoesNotReturn]
    private static void Throw(BarFields field) =>
        throw new InvalidOperationException($"The bar's field {field} was read, which the strategy does not state in FieldsRead.");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Require(BarFields field)
    {
        if ((Withheld & field) != 0)
        {
            Throw(field);
        }
    }
}

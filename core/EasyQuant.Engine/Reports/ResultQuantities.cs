using EasyQuant.Data;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Quantities of a panel as a column shows them: whole numbers (Int64) when every instrument counts whole units, decimals of the finest scale of the panel when one
/// counts parts, coins for example. Immutable, thread-safe.
/// </summary>
public sealed class ResultQuantities
{
    private readonly MarketPanel _panel;

    /// <summary>Reads the scales of a panel.</summary>
    public ResultQuantities(MarketPanel panel)
    {
        _panel = panel;
        Scale = panel.Series.Max(one => one.Instrument.QuantityScale);
    }

    /// <summary>Places after the point, 0 to 8.</summary>
    public int Scale { get; }

    /// <summary>Returns the schema of a column of quantities.</summary>
    /// <param name="name">Name of the column.</param>
    public ColumnSchema Column(string name) => Scale == 0 ? new ColumnSchema(name, ColumnType.Int64) : new ColumnSchema(name, ColumnType.Decimal, Scale);

    /// <summary>Returns a quantity in units of 10^-<see cref="Scale"/>.</summary>
    /// <param name="symbol">An instrument of the panel.</param>
    /// <param name="quantity">In units of the instrument's own scale.</param>
    /// <exception cref="ArgumentException">The panel lacks the instrument.</exception>
    /// <exception cref="OverflowException">The quantity does not fit.</exception>
    public long Units(Symbol symbol, Quantity quantity)
    {
        int index = _panel.IndexOf(symbol);
        return index < 0
            ? throw new ArgumentException($"The panel has no {symbol}.", nameof(symbol))
            : checked(quantity.Units * ScaledDecimal.PowerOfTen(Scale - _panel.Series[index].Instrument.QuantityScale));
    }
}

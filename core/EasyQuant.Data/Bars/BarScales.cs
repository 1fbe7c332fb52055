namespace EasyQuant.Data;

/// <summary>Decimal places of the columns of a bar table.</summary>
/// <param name="Price">Of prices, 0 to 8.</param>
/// <param name="Quantity">Of volumes, 0 to 8; 0 gives an integer column.</param>
/// <param name="Money">Of amounts, 0 to 8.</param>
internal readonly record struct BarScales(int Price, int Quantity, int Money)
{
    /// <summary>Shares in CNY.</summary>
    public static BarScales Shares { get; } = new(BarTable.Scale, 0, BarTable.Scale);

    /// <summary>Coins.</summary>
    public static BarScales Coins { get; } = new(8, 8, 8);
}

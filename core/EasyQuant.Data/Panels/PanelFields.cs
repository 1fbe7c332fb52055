namespace EasyQuant.Data;

/// <summary>Names of the columns of a bar panel, which are also the names of their files.</summary>
public static class PanelFields
{
    /// <summary>Position of each bar in the calendar, 32-bit; the columns below are 64-bit.</summary>
    public const string Slot = "slot";

    /// <summary>Columns that every panel has, in units of 10^-scale: prices and amount at the panel's price and money scale, volume at its quantity scale.</summary>
    public static IReadOnlyList<string> Required { get; } =
        [BarTable.Open, BarTable.High, BarTable.Low, BarTable.Close, BarTable.Volume, BarTable.Amount];

    /// <summary>Columns that a panel may have.</summary>
    public static IReadOnlyList<string> Optional { get; } = [BarTable.PreClose, BarTable.OpenInterest];

    /// <summary>Whether the column holds prices, so that adjustment changes it.</summary>
    public static bool IsPrice(string name) => name is BarTable.Open or BarTable.High or BarTable.Low or BarTable.Close or BarTable.PreClose;
}

namespace EasyQuant.Engine;

/// <summary>How far market and stop orders fill from the price of the bar, against the order.</summary>
public enum SlippageKind
{
    /// <summary>No slippage. The default.</summary>
    None = 0,

    /// <summary>A number of ticks.</summary>
    Ticks,

    /// <summary>Hundredths of a percent of the price.</summary>
    BasisPoints,

    /// <summary>Price times a factor times the square of the order's share of the bar's volume.</summary>
    VolumeShare,
}

namespace EasyQuant.Engine;

/// <summary>
/// Slippage of market, stop and auction orders; limit orders have none. The slipped price is rounded to the tick against the order and does not
/// leave the day's price limits; it may leave the range of the bar.
/// </summary>
/// <param name="Kind">The model.</param>
/// <param name="Value">
/// Ticks (0 to 1,000), basis points (0 to 10,000), or for <see cref="SlippageKind.VolumeShare"/> the factor in millionths (0 to 10,000,000; 100,000 is the
/// usual 0.1). 0 for none.
/// </param>
public readonly record struct Slippage(SlippageKind Kind, long Value)
{
    /// <summary>No slippage.</summary>
    public static Slippage None => default;

    /// <summary>Largest value of a kind.</summary>
    internal long ValueMax => Kind switch
    {
        SlippageKind.Ticks => 1_000,
        SlippageKind.BasisPoints => 10_000,
        SlippageKind.VolumeShare => 10_000_000,
        _ => 0,
    };

    /// <summary>Returns <c>none</c>, <c>ticks:1</c>, <c>bps:5</c> or <c>volume_share:100000</c>.</summary>
    public override string ToString() => Kind switch
    {
        SlippageKind.Ticks => $"ticks:{Value}",
        SlippageKind.BasisPoints => $"bps:{Value}",
        SlippageKind.VolumeShare => $"volume_share:{Value}",
        _ => "none",
    };
}

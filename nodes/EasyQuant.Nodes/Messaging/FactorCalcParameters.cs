using EasyQuant.Flow;

namespace EasyQuant.Nodes.Messaging;

/// <summary>Parameters of <see cref="FactorCalcNode"/>.</summary>
public sealed record FactorCalcParameters
{
    /// <summary>Factors, one column each.</summary>
    [Title("Factors", "因子")]
    [ItemCount(1, 100)]
    public required IReadOnlyList<FactorParameters> Factors { get; init; }

    /// <summary>Column that separates series; a chunk without it is one series. Default <c>symbol</c>.</summary>
    [Title("Series", "序列列")]
    [Hint("Windows never cross from one value of this column to the next.", "窗口不会跨越此列的不同取值。")]
    [TextLength(1, 63)]
    public string By { get; init; } = "symbol";
}

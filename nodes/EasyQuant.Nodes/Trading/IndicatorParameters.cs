using EasyQuant.Flow;

namespace EasyQuant.Nodes.Trading;

/// <summary>Parameters of <see cref="IndicatorNode"/>.</summary>
public sealed record IndicatorParameters
{
    /// <summary>Which indicator. Default SMA.</summary>
    [Title("Indicator", "指标")]
    [Hint("sma, ema or rsi.", "sma、ema 或 rsi。")]
    public IndicatorKind Indicator { get; init; }

    /// <summary>Length in bars, 1 to 10,000. Default 20.</summary>
    [Title("Period", "周期")]
    [Hint("Length in bars.", "周期长度（K 线数）。")]
    [Bounds(1, 10_000)]
    public int Period { get; init; } = 20;

    /// <summary>Column to compute from; a number column. Default <c>close</c>.</summary>
    [Title("Column", "列")]
    [Hint("Number column to compute from.", "用于计算的数值列。")]
    [TextLength(1, 100)]
    public string Column { get; init; } = "close";

    /// <summary>Name of the new column; null (default) gives <c>sma_20</c> and the like.</summary>
    [Title("Output column", "输出列")]
    [Hint("Name of the new column; empty for sma_20 and the like.", "新列名；留空则为 sma_20 之类。")]
    [TextLength(0, 100)]
    public string? OutputColumn { get; init; }
}

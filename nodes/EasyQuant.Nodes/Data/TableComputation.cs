using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>One computed column of <see cref="TableSelectParameters"/>: a float64 that is missing where an operand is missing or the divisor is 0.</summary>
public sealed record TableComputation
{
    /// <summary>Name of the new column; may replace one.</summary>
    [Title("Name", "列名")]
    [TextLength(1, 100)]
    public required string Name { get; init; }

    /// <summary>The arithmetic.</summary>
    [Title("Operation", "运算")]
    [Hint("change is left / right - 1.", "change 即 左 / 右 - 1。")]
    public required TableOperation Operation { get; init; }

    /// <summary>Numeric column on the left.</summary>
    [Title("Left column", "左列")]
    [TextLength(1, 100)]
    public required string Left { get; init; }

    /// <summary>Numeric column on the right; null when <see cref="Value"/> is meant.</summary>
    [Title("Right column", "右列")]
    [TextLength(1, 100)]
    public string? Right { get; init; }

    /// <summary>Number on the right when there is no right column. Default 1.</summary>
    [Title("Right number", "右值")]
    public double Value { get; init; } = 1;
}

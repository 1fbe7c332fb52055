using EasyQuant.Flow;

namespace EasyQuant.Nodes.Messaging;

/// <summary>One factor of <see cref="FactorCalcParameters"/>.</summary>
public sealed record FactorParameters
{
    /// <summary>Name of the new column; may replace one.</summary>
    [Title("Name", "列名")]
    [TextLength(1, 63)]
    public required string Name { get; init; }

    /// <summary>What is computed.</summary>
    [Title("Factor", "因子")]
    public required FactorKind Kind { get; init; }

    /// <summary>Numeric column that it is computed of. Default <c>close</c>.</summary>
    [Title("Column", "列")]
    [TextLength(1, 63)]
    public string Column { get; init; } = "close";

    /// <summary>Rows of the window, the current one included. Default 20.</summary>
    [Title("Window", "窗口")]
    [Bounds(1, 10_000)]
    public int Window { get; init; } = 20;
}

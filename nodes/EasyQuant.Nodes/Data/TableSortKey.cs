using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>One key of an order.</summary>
public sealed record TableSortKey
{
    /// <summary>Column to order by.</summary>
    [Title("Column", "列")]
    [TextLength(1, 100)]
    public required string Column { get; init; }

    /// <summary>Largest first. Default false. Missing values come last either way.</summary>
    [Title("Descending", "降序")]
    public bool Descending { get; init; }
}

using EasyQuant.Flow;

namespace EasyQuant.Nodes.Control;

/// <summary>Parameters of <see cref="SortTableNode"/>.</summary>
public sealed record SortTableParameters
{
    /// <summary>Column to sort by.</summary>
    [Title("Column", "列")]
    [TextLength(1, 200)]
    public required string By { get; init; }

    /// <summary>Whether the largest comes first. Default false. Missing values come last either way.</summary>
    [Title("Descending", "降序")]
    public bool Descending { get; init; }

    /// <summary>Rows to keep from the top; null (default) keeps all.</summary>
    [Title("Keep rows", "保留行数")]
    [Bounds(1, int.MaxValue)]
    public int? Limit { get; init; }
}

using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>Parameters of <see cref="TableSelectNode"/>; applied in the order of the properties.</summary>
public sealed record TableSelectParameters
{
    /// <summary>Keeps one row for each value of this column: the one with the largest <see cref="LatestBy"/>; null (default) keeps all.</summary>
    [Title("Latest row of each", "每组最新一行")]
    [Hint("Keeps one row for each value of this column, for example symbol.", "按此列的每个值只保留一行，例如 symbol。")]
    [TextLength(1, 100)]
    public string? LatestPer { get; init; }

    /// <summary>What latest means. Default <c>trading_date</c>.</summary>
    [Title("Latest by", "最新依据")]
    [TextLength(1, 100)]
    public string LatestBy { get; init; } = "trading_date";

    /// <summary>Columns to compute, one after the other; later ones may use earlier ones.</summary>
    [Title("Computed columns", "计算列")]
    [ItemCount(0, 100)]
    public IReadOnlyList<TableComputation> Compute { get; init; } = [];

    /// <summary>Order of the rows; rows equal in all keys keep theirs.</summary>
    [Title("Order", "排序")]
    [ItemCount(0, 20)]
    public IReadOnlyList<TableSortKey> Sort { get; init; } = [];

    /// <summary>Most rows that stay, from the top; 0 (default) for all.</summary>
    [Title("Most rows", "最多行数")]
    [Bounds(0, 1_000_000_000)]
    public int Limit { get; init; }

    /// <summary>Name of a column that counts the rows from 1 in their order; null (default) for none.</summary>
    [Title("Rank column", "名次列")]
    [TextLength(1, 100)]
    public string? RankAs { get; init; }

    /// <summary>Columns that stay, in this order; empty (default) for all.</summary>
    [Title("Columns", "列")]
    [ItemCount(0, 1000)]
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>Most rows in the JSON output <c>top</c>. Default 100.</summary>
    [Title("Rows as JSON", "JSON 行数")]
    [Bounds(0, 10_000)]
    public int JsonRowsMax { get; init; } = 100;
}

using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>Parameters of <see cref="DbQueryNode"/>.</summary>
public sealed record DbQueryParameters
{
    /// <summary>One statement that reads: <c>select</c>, <c>with</c>, <c>values</c> or <c>table</c>; <c>$1</c>, <c>$2</c> ... stand for the arguments. No expressions: values go through <see cref="Arguments"/>.</summary>
    [Title("Query", "查询")]
    [Hint("One reading statement; $1, $2 ... stand for the arguments. Expressions are not allowed here.", "一条只读语句；$1、$2 … 代表参数。此处不允许使用表达式。")]
    public required JsonTemplate Sql { get; init; }

    /// <summary>Values of <c>$1</c>, <c>$2</c> ... as a JSON list; expressions allowed.</summary>
    [Title("Arguments", "参数")]
    [Hint("JSON list of the values of $1, $2 ...; expressions allowed.", "$1、$2 … 的值组成的 JSON 列表；可用表达式。")]
    public JsonTemplate? Arguments { get; init; }

    /// <summary>A result with more rows fails. Default 1,000,000.</summary>
    [Title("Most rows", "最大行数")]
    [Bounds(1, 20_000_000)]
    public int RowsMax { get; init; } = 1_000_000;

    /// <summary>Longest time of the query in seconds. Default 30.</summary>
    [Title("Time limit (s)", "时限（秒）")]
    [Bounds(1, 600)]
    public int TimeoutSeconds { get; init; } = 30;
}

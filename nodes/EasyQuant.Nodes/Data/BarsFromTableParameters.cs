using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>Parameters of <see cref="BarsFromTableNode"/>.</summary>
public sealed record BarsFromTableParameters
{
    /// <summary>Name of a profile, which decides the units. Default generic: shares and currency units.</summary>
    [Title("Profile", "格式")]
    [Hint("Decides the units, for example tushare: lots of 100 and thousands of CNY.", "决定单位，例如 tushare：手与千元。")]
    [TextLength(1, 40)]
    public string Profile { get; init; } = "generic";

    /// <summary>Symbol of a table without a symbol column; null (default) = it has one.</summary>
    [Title("Symbol", "证券代码")]
    [TextLength(1, 40)]
    public string? Symbol { get; init; }

    /// <summary>Length of the bars; null (default) finds it from the times.</summary>
    [Title("Interval", "周期")]
    [TextLength(2, 4)]
    public string? Interval { get; init; }

    /// <summary>Whether rows that cannot be read are left out instead of failing. Default false.</summary>
    [Title("Skip bad rows", "跳过坏行")]
    public bool SkipBadRows { get; init; }
}

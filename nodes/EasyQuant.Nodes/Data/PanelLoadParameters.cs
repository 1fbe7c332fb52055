using EasyQuant.Data;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>Parameters of <see cref="PanelLoadNode"/>.</summary>
public sealed record PanelLoadParameters
{
    /// <summary>Data set, for example <c>cn.stocks</c>.</summary>
    [Title("Data set", "数据集")]
    [TextLength(1, 63)]
    public required string Dataset { get; init; }

    /// <summary>Length of the bars. Default 1d.</summary>
    [Title("Interval", "周期")]
    [TextLength(2, 4)]
    public string Interval { get; init; } = "1d";

    /// <summary>Version; null (default) = the newest.</summary>
    [Title("Version", "版本")]
    [Hint("Empty takes the newest.", "留空取最新版本。")]
    [Bounds(1, 99_999_999)]
    public long? Version { get; init; }

    /// <summary>Symbols; empty (default) = all.</summary>
    [Title("Symbols", "证券代码")]
    [ItemCount(0, 10_000)]
    public IReadOnlyList<string> Symbols { get; init; } = [];

    /// <summary>First trading date, included; null (default) = from the first.</summary>
    [Title("From", "开始日期")]
    [TextLength(10, 10)]
    public string? From { get; init; }

    /// <summary>Last trading date, included; null (default) = to the last.</summary>
    [Title("To", "结束日期")]
    [TextLength(10, 10)]
    public string? To { get; init; }

    /// <summary>How prices are adjusted. Default as traded.</summary>
    [Title("Adjustment", "复权")]
    [Hint("none: as traded; forward (前复权) and backward (后复权) use only what was known on the as-of date.", "none 不复权；forward 前复权；backward 后复权；只使用截至日期已知的信息。")]
    public PriceAdjustment Adjustment { get; init; }

    /// <summary>Date on which the query is asked; null (default) = the date of <see cref="To"/>, else the last.</summary>
    [Title("As of", "截至日期")]
    [TextLength(10, 10)]
    public string? AsOf { get; init; }

    /// <summary>Largest number of rows. Default 20,000,000.</summary>
    [Title("Most rows", "最大行数")]
    [Bounds(1, 100_000_000)]
    public int RowsMax { get; init; } = 20_000_000;
}

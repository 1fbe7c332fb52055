using EasyQuant.Domain;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>Parameters of <see cref="MarketListNode"/>.</summary>
public sealed record MarketListParameters
{
    /// <summary>Data set of the panel whose instruments are listed, for example <c>cn.stocks</c>.</summary>
    [Title("Data set", "数据集")]
    [TextLength(1, 63)]
    public required string Dataset { get; init; }

    /// <summary>Length of the panel's bars. Default 1d.</summary>
    [Title("Interval", "周期")]
    [TextLength(2, 4)]
    public string Interval { get; init; } = "1d";

    /// <summary>Version of the panel; null (default) = the newest.</summary>
    [Title("Version", "版本")]
    [Hint("Empty takes the newest.", "留空取最新版本。")]
    [Bounds(1, 99_999_999)]
    public long? Version { get; init; }

    /// <summary>Date on which the instruments are listed, yyyy-MM-dd, expressions allowed; null (default) = the last date of the panel.</summary>
    [Title("Date", "日期")]
    [Hint("yyyy-MM-dd; empty takes the last date of the panel.", "yyyy-MM-dd；留空取面板的最后一天。")]
    public JsonTemplate? Date { get; init; }

    /// <summary>Exchanges such as <c>SH</c>, <c>SZ</c>, <c>BJ</c>; empty (default) = all.</summary>
    [Title("Exchanges", "交易所")]
    [ItemCount(0, 100)]
    public IReadOnlyList<string> Exchanges { get; init; } = [];

    /// <summary>Boards; empty (default) = all.</summary>
    [Title("Boards", "板块")]
    [ItemCount(0, 20)]
    public IReadOnlyList<Board> Boards { get; init; } = [];

    /// <summary>Whether instruments under special treatment (ST, *ST) on the date are listed. Default true.</summary>
    [Title("Include ST", "包含 ST")]
    public bool IncludeSpecialTreatment { get; init; } = true;

    /// <summary>Whether instruments that are suspended on the date are listed. Default true.</summary>
    [Title("Include suspended", "包含停牌")]
    public bool IncludeSuspended { get; init; } = true;
}

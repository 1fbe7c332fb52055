using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>Parameters of <see cref="TickImportNode"/>.</summary>
public sealed record TickImportParameters
{
    /// <summary>File or pattern below the data directory, for example <c>ticks/*.csv</c>.</summary>
    [Title("Files", "文件")]
    [Hint(
        "File or pattern below the data directory: * and ? within a name, ** for any folders. A file without a column of symbols is named after one, as 600000.SH.csv.",
        "数据目录下的文件或通配模式：* 与 ? 匹配名称内字符，** 匹配任意层目录。没有代码列的文件以代码命名，例如 600000.SH.csv。")]
    [TextLength(1, 1000)]
    public required string Path { get; init; }

    /// <summary>Local time of the exchange less UTC in minutes, -720 to 840, for times of text files that say no offset. Default 480.</summary>
    [Title("Offset from UTC", "时区偏移（分钟）")]
    [Hint("Local time of the exchange less UTC in minutes.", "交易所本地时间与 UTC 之差（分钟）。")]
    [Bounds(-720, 840)]
    public int UtcOffsetMinutes { get; init; } = 480;

    /// <summary>Largest number of ticks of all files together. Default 20,000,000.</summary>
    [Title("Most rows", "最大行数")]
    [Bounds(1, 50_000_000)]
    public int RowsMax { get; init; } = 20_000_000;
}

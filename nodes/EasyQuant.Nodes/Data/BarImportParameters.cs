using EasyQuant.Data;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>Parameters of <see cref="BarImportNode"/>.</summary>
public sealed record BarImportParameters
{
    /// <summary>File or pattern below the data directory, for example <c>tushare/*.csv</c> or <c>qlib/features/*/close.day.bin</c>.</summary>
    [Title("Files", "文件")]
    [Hint("File or pattern below the data directory: * and ? within a name, ** for any folders.", "数据目录下的文件或通配模式：* 与 ? 匹配名称内字符，** 匹配任意层目录。")]
    [TextLength(1, 1000)]
    public required string Path { get; init; }

    /// <summary>Name of a profile of <see cref="ImportProfiles"/>, or <c>auto</c> (default).</summary>
    [Title("Profile", "格式")]
    [Hint("auto guesses it for each file; the report tells which one was used.", "auto 逐个文件识别；报告会说明所用格式。")]
    [TextLength(1, 40)]
    public string Profile { get; init; } = "auto";

    /// <summary>Symbol of files without one; null (default) takes it from the file or its name.</summary>
    [Title("Symbol", "证券代码")]
    [Hint("For files without a symbol column; empty takes it from the file or its name.", "用于没有代码列的文件；留空则取自文件内容或文件名。")]
    [TextLength(1, 40)]
    public string? Symbol { get; init; }

    /// <summary>Symbols to keep, in any known spelling; empty (default) keeps all.</summary>
    [Title("Symbols", "证券代码列表")]
    [Hint("Keeps the bars of these symbols; empty keeps all.", "只保留这些代码的行情；留空则全部保留。")]
    [ItemCount(0, 10_000)]
    public IReadOnlyList<string> Symbols { get; init; } = [];

    /// <summary>First trading day to keep, included, as yyyy-MM-dd; null (default) has no limit.</summary>
    [Title("From", "开始日期")]
    [Hint("First trading day, such as 2024-01-31; empty has no limit.", "首个交易日，例如 2024-01-31；留空不限。")]
    [TextLength(10, 10)]
    public string? From { get; init; }

    /// <summary>Last trading day to keep, included, as yyyy-MM-dd; null (default) has no limit.</summary>
    [Title("To", "结束日期")]
    [Hint("Last trading day, included; empty has no limit.", "最后一个交易日（含）；留空不限。")]
    [TextLength(10, 10)]
    public string? To { get; init; }

    /// <summary>Length of the bars, such as <c>1d</c> or <c>5m</c>; null (default) finds it from the file.</summary>
    [Title("Interval", "周期")]
    [Hint("1d, 1m, 5m ...; empty finds it from the file.", "1d、1m、5m 等；留空则自动识别。")]
    [TextLength(2, 4)]
    public string? Interval { get; init; }

    /// <summary>IANA name of the zone of local times; null (default) = the profile's.</summary>
    [Title("Time zone", "时区")]
    [Hint("For example America/New_York; empty takes the profile's.", "例如 America/New_York；留空则用格式的默认时区。")]
    [TextLength(1, 60)]
    public string? TimeZone { get; init; }

    /// <summary>Text encoding. Default detected.</summary>
    [Title("Encoding", "编码")]
    public CsvEncoding Encoding { get; init; }

    /// <summary>Order of dates such as 1/2/1990. Default found from the file.</summary>
    [Title("Order of dates", "日期顺序")]
    [Hint("For dates such as 1/2/1990.", "用于 1/2/1990 这类日期。")]
    public CsvDateOrder DateOrder { get; init; }

    /// <summary>Shares of one unit of volume, a power of ten; null (default) = the profile's.</summary>
    [Title("Volume multiplier", "成交量倍数")]
    [Bounds(1, 1_000_000)]
    public int? VolumeMultiplier { get; init; }

    /// <summary>Currency units of one unit of amount, a power of ten; null (default) = the profile's.</summary>
    [Title("Amount multiplier", "成交额倍数")]
    [Bounds(1, 1_000_000)]
    public int? AmountMultiplier { get; init; }

    /// <summary>Whether rows that cannot be read are left out instead of ending the import. Default false.</summary>
    [Title("Skip bad rows", "跳过坏行")]
    [Hint("Leaves out rows that cannot be read and counts them, instead of failing.", "跳过并统计无法读取的行，而不是失败。")]
    public bool SkipBadRows { get; init; }

    /// <summary>True: only the first 20 rows of each file are read, to look at the mapping. Default false.</summary>
    [Title("Preview only", "仅预览")]
    [Hint("Reads the first 20 rows of each file, to look at the mapping in the report.", "每个文件只读前 20 行，用于查看报告中的列映射。")]
    public bool PreviewOnly { get; init; }

    /// <summary>Files that are read at a time. Default 2.</summary>
    [Title("Threads", "线程数")]
    [Hint("Files that are read at a time.", "同时读取的文件数。")]
    [Bounds(1, 64)]
    public int Threads { get; init; } = 2;

    /// <summary>Largest number of rows of all files together. Default 20,000,000.</summary>
    [Title("Most rows", "最大行数")]
    [Bounds(1, 100_000_000)]
    public int RowsMax { get; init; } = 20_000_000;
}

using EasyQuant.Data;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>Parameters of <see cref="CsvLoaderNode"/>.</summary>
public sealed record CsvLoaderParameters
{
    /// <summary>File or pattern below the data directory, for example <c>csv/*.csv</c>.</summary>
    [Title("Files", "文件")]
    [Hint("File or pattern below the data directory: * and ? within a name, ** for any folders.", "数据目录下的文件或通配模式：* 与 ? 匹配名称内字符，** 匹配任意层目录。")]
    [TextLength(1, 1000)]
    public required string Path { get; init; }

    /// <summary>Units of the source. Default generic.</summary>
    [Title("Profile", "格式")]
    [Hint("generic: volume in shares, amount in CNY; tushare: lots of 100 and thousands of CNY.", "generic：成交量为股、成交额为元；tushare：成交量为手、成交额为千元。")]
    public CsvProfile Profile { get; init; }

    /// <summary>Text encoding. Default detected.</summary>
    [Title("Encoding", "编码")]
    [Hint("auto detects UTF-8 and GB18030.", "auto 自动识别 UTF-8 与 GB18030。")]
    public CsvEncoding Encoding { get; init; }

    /// <summary>Symbol for files without a symbol column; null (default) takes it from the file name.</summary>
    [Title("Symbol", "证券代码")]
    [Hint("For files without a symbol column; empty takes it from the file name.", "用于没有代码列的文件；留空则取自文件名。")]
    [TextLength(1, 40)]
    public string? Symbol { get; init; }

    /// <summary>Whether rows that cannot be read are left out instead of ending the load. Default false.</summary>
    [Title("Skip bad rows", "跳过坏行")]
    [Hint("Leaves out rows that cannot be read and counts them, instead of failing.", "跳过并统计无法读取的行，而不是失败。")]
    public bool SkipBadRows { get; init; }

    /// <summary>Generic profile: shares of one unit of volume, a power of ten. Default 1.</summary>
    [Title("Volume multiplier", "成交量倍数")]
    [Hint("Generic profile: shares of one unit of volume; 100 for lots.", "通用格式：一个成交量单位对应的股数；手为 100。")]
    [Bounds(1, 1_000_000)]
    public int VolumeMultiplier { get; init; } = 1;

    /// <summary>Generic profile: CNY of one unit of amount, a power of ten. Default 1.</summary>
    [Title("Amount multiplier", "成交额倍数")]
    [Hint("Generic profile: CNY of one unit of amount; 1000 for thousands.", "通用格式：一个成交额单位对应的元数；千元为 1000。")]
    [Bounds(1, 1_000_000)]
    public int AmountMultiplier { get; init; } = 1;

    /// <summary>Files that are read at a time; in a process group, of each shard. Default 2.</summary>
    [Title("Threads", "线程数")]
    [Hint("Files that are read at a time.", "同时读取的文件数。")]
    [Bounds(1, 64)]
    public int Threads { get; init; } = 2;

    /// <summary>In a process group: most rows of a chunk; files with fewer rows stay whole. Default 20,000.</summary>
    [Title("Rows of a chunk", "每块行数")]
    [Hint("In a process group: files with fewer rows stay whole in a chunk.", "在进程组中：行数更少的文件保持完整。")]
    [Bounds(1, 1_000_000)]
    public int ChunkSize { get; init; } = 20_000;

    /// <summary>Largest number of rows of all files together. Default 20,000,000.</summary>
    [Title("Most rows", "最大行数")]
    [Bounds(1, 100_000_000)]
    public int RowsMax { get; init; } = 20_000_000;
}

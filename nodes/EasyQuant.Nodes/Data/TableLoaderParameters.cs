using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>Parameters of <see cref="TableLoaderNode"/>.</summary>
public sealed record TableLoaderParameters
{
    /// <summary>File or pattern below the data directory, for example <c>parquet/*.parquet</c>.</summary>
    [Title("Files", "文件")]
    [Hint("File or pattern below the data directory: * and ? within a name, ** for any folders.", "数据目录下的文件或通配模式：* 与 ? 匹配名称内字符，** 匹配任意层目录。")]
    [TextLength(1, 1000)]
    public required string Path { get; init; }

    /// <summary>Columns to keep, in this order; empty (default) for all.</summary>
    [Title("Columns", "列")]
    [Hint("Columns to keep, in this order; empty for all.", "按此顺序保留的列；留空为全部。")]
    [ItemCount(0, 1000)]
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>In a process group: most rows of a chunk; a row group or batch of a file with more rows is cut. Default 20,000.</summary>
    [Title("Rows of a chunk", "每块行数")]
    [Hint("In a process group: a row group or batch with more rows is cut.", "在进程组中：行数更多的行组或批次会被切分。")]
    [Bounds(1, 1_000_000)]
    public int ChunkSize { get; init; } = 20_000;

    /// <summary>Files that are read at a time, outside of process groups. Default 2.</summary>
    [Title("Threads", "线程数")]
    [Hint("Outside of process groups: files that are read at a time.", "在进程组之外：同时读取的文件数。")]
    [Bounds(1, 64)]
    public int Threads { get; init; } = 2;

    /// <summary>Outside of process groups: largest number of rows of all files together. Default 20,000,000.</summary>
    [Title("Most rows", "最大行数")]
    [Bounds(1, 100_000_000)]
    public int RowsMax { get; init; } = 20_000_000;
}

using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>Parameters of <see cref="TdxLoaderNode"/>.</summary>
public sealed record TdxLoaderParameters
{
    /// <summary>File or pattern below the data directory, for example <c>vipdoc/*/lday/*.day</c>.</summary>
    [Title("Files", "文件")]
    [Hint("File or pattern below the data directory; the names tell market and code, for example sh600000.day.", "数据目录下的文件或通配模式；文件名含市场与代码，如 sh600000.day。")]
    [TextLength(1, 1000)]
    public required string Path { get; init; }

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

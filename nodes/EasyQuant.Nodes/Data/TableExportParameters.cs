using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>Parameters of <see cref="TableExportNode"/>.</summary>
public sealed record TableExportParameters
{
    /// <summary>File below the data directory, for example <c>export/bars.parquet</c>; replaced when it exists. In a process group the folder <c>export/bars</c> gets a folder for each start with a file for each chunk.</summary>
    [Title("File", "文件")]
    [Hint("File below the data directory with the extension of its form; replaced when it exists.", "数据目录下的文件，扩展名与格式一致；已存在则替换。")]
    [TextLength(1, 1000)]
    public required string Path { get; init; }

    /// <summary>Form of the file. Default CSV.</summary>
    [Title("Form", "格式")]
    public TableFormat Format { get; init; }
}

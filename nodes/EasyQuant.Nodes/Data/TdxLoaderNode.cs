using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>Loads TDX <c>.day</c> files of daily bars into one table.</summary>
public sealed class TdxLoaderNode : INodeHandler
{
    private const int FileBytesMax = 64 << 20;
    private readonly TdxLoaderParameters _parameters;

    private TdxLoaderNode(TdxLoaderParameters parameters) => _parameters = parameters;

    /// <summary>Adds the node type <c>TdxLoader</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<TdxLoaderParameters>(
        new NodeDefinitionTemplate
        {
            Type = "TdxLoader",
            Title = new LocalizedText("Load TDX", "加载通达信"),
            Category = "data",
            Icon = "file-binary",
            Description = new LocalizedText(
                "Loads daily bars from TDX .day files; market and code of the file name decide the units.", "从通达信 .day 文件加载日线；单位由文件名中的市场与代码决定。"),
            Outputs = LoaderFiles.Outputs,
        },
        parameters => new TdxLoaderNode(parameters));

    /// <summary>Loads the files in the order of their names and merges them.</summary>
    /// <exception cref="NodeException"><c>FILE_NOT_FOUND</c>, <c>FILE_OUTSIDE_ROOT</c>, <c>TDX_BAD_NAME</c>, <c>TDX_TRUNCATED</c> or another reason of <see cref="TdxException"/> with the file.</exception>
    public async ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        var load = new LoaderFiles(execution, _parameters.Path, _parameters.RowsMax, _parameters.Threads);
        await load.RunAsync(LoadOne, BarTable.Merge, cancellationToken);
    }

    private static (Table Table, ParseReport? Report, string? Profile) LoadOne(IDataFiles files, string path, int rowsMax)
    {
        if (!TdxDayFile.SymbolOfFileName(path, out Symbol symbol))
        {
            throw new NodeException("TDX_BAD_NAME", $"{path}: the name is no market and code, for example sh600000.day.");
        }

        using Stream stream = files.OpenRead(path);
        if (stream.Length > FileBytesMax)
        {
            throw new NodeException("LIMIT_EXCEEDED", $"{path}: {stream.Length} bytes, at most {FileBytesMax} are read.");
        }

        var bytes = new byte[stream.Length];
        int got = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        try
        {
            return (TdxDayFile.Read(bytes.AsSpan(0, got), symbol, rowsMax), null, null);
        }
        catch (TdxException e)
        {
            throw new NodeException(e.Reason, $"{path}: {e.Message}", transient: false, e);
        }
    }
}

using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>Loads CSV files of daily bars into one table.</summary>
public sealed class CsvLoaderNode : INodeHandler
{
    private readonly CsvLoaderParameters _parameters;

    private CsvLoaderNode(CsvLoaderParameters parameters) => _parameters = parameters;

    /// <summary>Adds the node type <c>CsvLoader</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<CsvLoaderParameters>(
        new NodeDefinitionTemplate
        {
            Type = "CsvLoader",
            Title = new LocalizedText("Load CSV", "加载 CSV"),
            Category = "data",
            Icon = "file-spreadsheet",
            Description = new LocalizedText(
                "Loads daily bars from CSV files of any vendor: finds columns, encoding, delimiter and units.", "从任意来源的 CSV 文件加载日线：自动识别列、编码、分隔符与单位。"),
            Outputs = LoaderFiles.Outputs,
        },
        Create);

    /// <summary>Loads the files in the order of their names and merges them.</summary>
    /// <exception cref="NodeException"><c>FILE_NOT_FOUND</c>, <c>FILE_OUTSIDE_ROOT</c>, <c>LIMIT_EXCEEDED</c>, or a reason of <see cref="CsvReasons"/> with file and line.</exception>
    public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        var load = new LoaderFiles(execution, _parameters.Path, _parameters.RowsMax);
        load.Run(LoadOne, BarTable.Merge, cancellationToken);
        return ValueTask.CompletedTask;
    }

    private static CsvLoaderNode Create(CsvLoaderParameters parameters)
    {
        if (parameters.Symbol is not null && !Symbol.TryNormalize(parameters.Symbol, out _))
        {
            throw new NodeException("PARAMETER_OUT_OF_RANGE", $"symbol: `{parameters.Symbol}` is no known spelling of a symbol.");
        }

        foreach ((string name, int value) in new[] { ("volumeMultiplier", parameters.VolumeMultiplier), ("amountMultiplier", parameters.AmountMultiplier) })
        {
            if (value is not (1 or 10 or 100 or 1000 or 10_000 or 100_000 or 1_000_000))
            {
                throw new NodeException("PARAMETER_OUT_OF_RANGE", $"{name} must be a power of ten from 1 to 1,000,000, was {value}.");
            }
        }

        return new CsvLoaderNode(parameters);
    }

    private (Table Table, ParseReport? Report, string? Profile) LoadOne(IDataFiles files, string path, int rowsMax)
    {
        bool isNamed = Symbol.TryNormalize(_parameters.Symbol ?? System.IO.Path.GetFileNameWithoutExtension(path), out Symbol symbol);
        var options = new CsvBarOptions
        {
            Profile = _parameters.Profile,
            Encoding = _parameters.Encoding,
            Symbol = isNamed ? symbol : null,
            SkipBadRows = _parameters.SkipBadRows,
            VolumeMultiplier = _parameters.VolumeMultiplier,
            AmountMultiplier = _parameters.AmountMultiplier,
            RowsMax = rowsMax,
        };
        try
        {
            using Stream stream = files.OpenRead(path);
            CsvBarResult result = CsvBars.Read(stream, options);
            return (result.Table, result.Report, null);
        }
        catch (CsvException e)
        {
            throw new NodeException(e.Reason, $"{path}: {e.Message}", transient: false, e);
        }
    }
}

using EasyQuant.Data;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>Imports bars from files of any known vendor, days or bars within the day, into one table.</summary>
public sealed class BarImportNode : INodeHandler
{
    private const int PreviewRows = 20;
    private readonly BarImportParameters _parameters;
    private readonly ImportOptions _options;
    private readonly BarFilter _filter;

    private BarImportNode(BarImportParameters parameters, ImportOptions options)
    {
        _parameters = parameters;
        _options = options;
        _filter = BarFilter.Create(parameters.Symbols, parameters.From, parameters.To);
    }

    /// <summary>Adds the node type <c>BarImport</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<BarImportParameters>(
        new NodeDefinitionTemplate
        {
            Type = "BarImport",
            Title = new LocalizedText("Import bars", "导入行情"),
            Category = "data",
            Icon = "file-input",
            Description = new LocalizedText(
                "Imports bars from files of any vendor: Tushare, AKShare, Baostock, JoinQuant, vnpy, TDX, qlib, yfinance, Binance, freqtrade, LEAN and others; reports which column became which.",
                "导入各家行情文件：Tushare、AKShare、Baostock、聚宽、vnpy、通达信、qlib、yfinance、币安、freqtrade、LEAN 等；报告列的映射。"),
            Outputs = LoaderFiles.Outputs,
        },
        Create);

    /// <summary>Imports the files in the order of their names and merges them.</summary>
    /// <exception cref="NodeException"><c>FILE_NOT_FOUND</c>, <c>FILE_OUTSIDE_ROOT</c>, <c>LIMIT_EXCEEDED</c>, or a reason of <see cref="CsvReasons"/>, <see cref="TdxException"/> or <see cref="ImportException"/> with the file.</exception>
    public async ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        var load = new LoaderFiles(execution, _parameters.Path, _parameters.RowsMax, _parameters.Threads);
        await load.RunAsync(LoadOne, ImportMerge.Tables, _filter.IsAll ? null : _filter.Keep, cancellationToken);
    }

    private static BarImportNode Create(BarImportParameters parameters)
    {
        ImportProfile? profile = parameters.Profile == "auto" ? null : BarParameters.Profile(parameters.Profile);
        foreach ((string name, int? value) in new[] { ("volumeMultiplier", parameters.VolumeMultiplier), ("amountMultiplier", parameters.AmountMultiplier) })
        {
            if (value is not (null or 1 or 10 or 100 or 1000 or 10_000 or 100_000 or 1_000_000))
            {
                throw BarParameters.OutOfRange($"{name} must be a power of ten from 1 to 1,000,000, was {value}.");
            }
        }

        return new BarImportNode(parameters, new ImportOptions
        {
            Profile = profile,
            Symbol = BarParameters.Symbol(parameters.Symbol),
            Encoding = parameters.Encoding,
            Interval = BarParameters.Interval(parameters.Interval),
            ZoneId = parameters.TimeZone,
            FindZone = TimeZoneInfo.FindSystemTimeZoneById,
            DateOrder = parameters.DateOrder,
            VolumeMultiplier = parameters.VolumeMultiplier,
            AmountMultiplier = parameters.AmountMultiplier,
            SkipBadRows = parameters.SkipBadRows,
            RowsStop = parameters.PreviewOnly ? PreviewRows : null,
        });
    }

    private (Table Table, ParseReport? Report, string? Profile) LoadOne(IDataFiles files, string path, int rowsMax)
    {
        try
        {
            ImportResult result = BarImport.Read(path, new ImportNeighbours(files), _options with { RowsMax = rowsMax });
            return (result.Table, result.Report, result.Profile.Name);
        }
        catch (CsvException e)
        {
            throw new NodeException(e.Reason, $"{path}: {e.Message}", transient: false, e);
        }
        catch (TdxException e)
        {
            throw new NodeException(e.Reason, $"{path}: {e.Message}", transient: false, e);
        }
        catch (ImportException e)
        {
            throw new NodeException(e.Reason, e.Message.StartsWith(path, StringComparison.Ordinal) ? e.Message : $"{path}: {e.Message}", transient: false, e);
        }
    }
}

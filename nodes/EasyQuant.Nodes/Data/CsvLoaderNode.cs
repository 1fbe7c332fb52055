using System.Runtime.CompilerServices;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>Loads CSV files of daily bars into one table.</summary>
public sealed class CsvLoaderNode : IStreamSource
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
            StreamRole = StreamRole.Source,
        },
        Create);

    /// <summary>Loads the files in the order of their names and merges them.</summary>
    /// <exception cref="NodeException"><c>FILE_NOT_FOUND</c>, <c>FILE_OUTSIDE_ROOT</c>, <c>LIMIT_EXCEEDED</c>, or a reason of <see cref="CsvReasons"/> with file and line.</exception>
    public async ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        var load = new LoaderFiles(execution, _parameters.Path, _parameters.RowsMax, _parameters.Threads);
        await load.RunAsync(LoadOne, BarTable.Merge, cancellationToken);
    }

    /// <summary>
    /// Reads the files of one shard, every <c>shardCount</c>-th of the sorted list, so each file belongs to one shard. A few files are read ahead; chunks come in the
    /// order of the files, whole files as far as they fit.
    /// </summary>
    /// <exception cref="NodeException">As <see cref="RunAsync"/>.</exception>
    public async IAsyncEnumerable<StreamChunk> StreamAsync(StreamExecution execution, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IDataFiles files = execution.Services.Require<IDataFiles>("a data directory");
        IReadOnlyList<string> paths = files.Find(_parameters.Path);
        if (paths.Count == 0)
        {
            throw new NodeException("FILE_NOT_FOUND", $"No file matches `{_parameters.Path}` in the data directory.");
        }

        long sequence = 0;
        var pending = new List<Table>();
        string[] own = [.. paths.Where((_, i) => i % execution.ShardCount == execution.Shard)];
        await foreach (Table table in FileReads.AheadAsync(own, _parameters.Threads, (path, _) => LoadOne(files, path, _parameters.RowsMax).Table, cancellationToken))
        {
            if (pending.Count > 0 && pending.Sum(one => one.RowCount) + table.RowCount > _parameters.ChunkSize)
            {
                yield return new StreamChunk(execution.Shard, sequence++, Merged(pending));
                pending.Clear();
            }

            int row = 0;
            for (; table.RowCount - row > _parameters.ChunkSize; row += _parameters.ChunkSize)
            {
                yield return new StreamChunk(execution.Shard, sequence++, table.Slice(row, _parameters.ChunkSize));
            }

            pending.Add(row == 0 ? table : table.Slice(row, table.RowCount - row));
        }

        if (pending.Count > 0)
        {
            yield return new StreamChunk(execution.Shard, sequence, Merged(pending));
        }
    }

    private static Table Merged(List<Table> tables)
    {
        try
        {
            return tables.Count == 1 ? tables[0] : BarTable.Merge(tables);
        }
        catch (ImportException e)
        {
            throw new NodeException(e.Reason, e.Message, transient: false, e);
        }
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

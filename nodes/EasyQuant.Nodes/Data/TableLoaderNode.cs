using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>
/// Loads Parquet and Arrow files as they are: into one table, or in a process group chunk by chunk. One row group or batch of a file is in memory at a time.
/// </summary>
public sealed class TableLoaderNode : IStreamSource
{
    private readonly TableLoaderParameters _parameters;

    private TableLoaderNode(TableLoaderParameters parameters) => _parameters = parameters;

    /// <summary>Adds the node type <c>TableLoader</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<TableLoaderParameters>(
        new NodeDefinitionTemplate
        {
            Type = "TableLoader",
            Title = new LocalizedText("Load tables", "加载表文件"),
            Category = "data",
            Icon = "file-input",
            Description = new LocalizedText("Loads Parquet and Arrow files with their own columns.", "按原有列加载 Parquet 与 Arrow 文件。"),
            Outputs = LoaderFiles.Outputs,
            StreamRole = StreamRole.Source,
        },
        parameters => parameters.Columns.Distinct(StringComparer.Ordinal).Count() == parameters.Columns.Count
            ? new TableLoaderNode(parameters)
            : throw new NodeException("PARAMETER_OUT_OF_RANGE", "columns: a column is named twice."));

    /// <summary>Loads the files in the order of their names, one below the other.</summary>
    /// <exception cref="NodeException"><c>FILE_NOT_FOUND</c>, <c>FILE_OUTSIDE_ROOT</c>, <c>IMPORT_FORMAT</c>, <c>COLUMN_MISSING</c>, <c>TABLE_SCHEMA</c>: the files have other columns; <c>LIMIT_EXCEEDED</c>.</exception>
    public async ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        IDataFiles files = execution.Services.Require<IDataFiles>("a data directory");
        IReadOnlyList<string> paths = Find(files);
        var parts = new List<Table>();
        var perFile = new JsonArray();
        long rows = 0;
        int i = 0;
        await foreach (List<Table> read in FileReads.AheadAsync(paths, _parameters.Threads, (path, token) => ReadWhole(files, path, token), cancellationToken))
        {
            long before = rows;
            foreach (Table part in read)
            {
                rows += part.RowCount;
                if (parts.Count > 0 && !parts[0].Schema.SequenceEqual(part.Schema))
                {
                    throw new NodeException("TABLE_SCHEMA", $"{paths[i]}: its columns are not those of {paths[0]}: {Names(part)}, expected {Names(parts[0])}.");
                }

                parts.Add(part);
            }

            if (rows > _parameters.RowsMax)
            {
                throw TooManyRows(paths[i]);
            }

            if (perFile.Count < LoaderFiles.FilesInReportMax)
            {
                perFile.Add((JsonNode)new JsonObject { ["path"] = paths[i], ["rows_loaded"] = rows - before });
            }

            execution.Progress(++i, paths.Count);
        }

        execution.SetOutput(0, parts.Count == 1 ? parts[0] : Table.Concat(parts));
        execution.SetOutput(1, new JsonObject { ["file_count"] = paths.Count, ["rows_read"] = rows, ["rows_loaded"] = rows, ["rows_skipped"] = 0, ["files"] = perFile });
        execution.Report(new StepMetrics(rows, rows));
    }

    /// <summary>Reads the files of one shard, every <c>shardCount</c>-th of the sorted list, so each file belongs to one shard; chunks never join files.</summary>
    /// <exception cref="NodeException">As <see cref="RunAsync"/>.</exception>
    public async IAsyncEnumerable<StreamChunk> StreamAsync(StreamExecution execution, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IDataFiles files = execution.Services.Require<IDataFiles>("a data directory");
        IReadOnlyList<string> paths = Find(files);
        long sequence = 0;
        for (int i = execution.Shard; i < paths.Count; i += execution.ShardCount)
        {
            using IEnumerator<Table> parts = Parts(files, paths[i], cancellationToken).GetEnumerator();
            while (await Task.Run(parts.MoveNext, cancellationToken))
            {
                Table part = parts.Current;
                for (int row = 0; row < part.RowCount; row += _parameters.ChunkSize)
                {
                    yield return new StreamChunk(execution.Shard, sequence++, part.Slice(row, Math.Min(_parameters.ChunkSize, part.RowCount - row)));
                }
            }
        }
    }

    private IReadOnlyList<string> Find(IDataFiles files) => files.Find(_parameters.Path) is { Count: > 0 } paths
        ? paths
        : throw new NodeException("FILE_NOT_FOUND", $"No file matches `{_parameters.Path}` in the data directory.");

    private List<Table> ReadWhole(IDataFiles files, string path, CancellationToken cancellationToken)
    {
        var parts = new List<Table>();
        long rows = 0;
        foreach (Table part in Parts(files, path, cancellationToken))
        {
            rows += part.RowCount;
            if (rows > _parameters.RowsMax)
            {
                throw TooManyRows(path);
            }

            parts.Add(part);
        }

        return parts;
    }

    private NodeException TooManyRows(string path) =>
        new("LIMIT_EXCEEDED", $"{path}: the files have more than {_parameters.RowsMax} rows; raise rowsMax, or read them in a process group.");

    private IEnumerable<Table> Parts(IDataFiles files, string path, CancellationToken cancellationToken)
    {
        using Stream stream = files.OpenRead(path);
        using IEnumerator<Table> parts = TableParts.Read(stream).GetEnumerator();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Table part;
            try
            {
                if (!parts.MoveNext())
                {
                    yield break;
                }

                part = parts.Current;
            }
            catch (ImportException e)
            {
                throw new NodeException(e.Reason, $"{path}: {e.Message}", transient: false, e);
            }

            yield return Chosen(part, path);
        }
    }

    private Table Chosen(Table part, string path) => _parameters.Columns.Count == 0
        ? part
        : new Table([.. _parameters.Columns.Select(name => part.TryGetColumn(name, out Column? column)
            ? column
            : throw new NodeException("COLUMN_MISSING", $"{path} has no column '{name}'; it has {Names(part)}."))]);

    private static string Names(Table table) => string.Join(", ", table.Schema.Select(column => $"{column.Name} {column.Type}"));
}

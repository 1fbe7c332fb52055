using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Nodes.Messaging;

namespace EasyQuant.Nodes.Data;

/// <summary>Writes a table to a file as CSV, Arrow or Parquet; in a process group each chunk to a file of its own.</summary>
public sealed class TableExportNode : IStreamSink
{
    private readonly TableExportParameters _parameters;

    private TableExportNode(TableExportParameters parameters) => _parameters = parameters;

    /// <inheritdoc/>
    public int WindowMax => 2;

    /// <summary>Adds the node type <c>TableExport</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<TableExportParameters>(
        new NodeDefinitionTemplate
        {
            Type = "TableExport",
            Title = new LocalizedText("Export table", "导出表"),
            Category = "data",
            Icon = "file-output",
            Description = new LocalizedText(
                "Writes a table to a file below the data directory as CSV, Arrow or Parquet.", "将表写入数据目录下的文件：CSV、Arrow 或 Parquet。"),
            Inputs = [new PortDefinition("table", PortType.Table, new LocalizedText("Table", "表"))],
            Outputs = [new PortDefinition("file", PortType.Json, new LocalizedText("File", "文件"))],
            HasEffects = true,
            StreamRole = StreamRole.Sink,
        },
        Create);

    /// <summary>Writes the file; a repeated step writes the same bytes over it.</summary>
    /// <exception cref="NodeException"><c>SERVICE_NOT_AVAILABLE</c>, <c>FILE_OUTSIDE_ROOT</c>, <c>FILE_NOT_REGULAR</c>, <c>FILE_NAME_INVALID</c>, or <c>TABLE_SCHEMA</c>: the form cannot hold a value.</exception>
    public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        Table table = execution.InputTable(0);
        long length = Place(execution.Services, _parameters.Path, table, cancellationToken);
        execution.SetOutput(0, new JsonObject { ["path"] = _parameters.Path, ["row_count"] = table.RowCount, ["byte_count"] = length });
        execution.Report(new StepMetrics(table.RowCount, table.RowCount));
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Writes the chunk as <c>{path without extension}/{start}/{shard}-{position}.{extension}</c>, then counts it. The name and the bytes depend on the chunk alone, so one
    /// that comes again replaces its own file.
    /// </summary>
    /// <inheritdoc/>
    public async Task<int> WriteAsync(StreamChunk chunk, StreamExecution execution, CancellationToken cancellationToken)
    {
        GroupContext context = execution.Services.Require<GroupContext>("a process group");
        string extension = Path.GetExtension(_parameters.Path);
        string path = string.Create(
            CultureInfo.InvariantCulture, $"{_parameters.Path[..^extension.Length]}/{context.StartId}/{chunk.Shard:0000}-{chunk.Sequence:000000000000}{extension}");
        // Before the count: a file that is not counted is replaced, a count without its file would be a loss.
        long length = await Task.Run(() => Place(execution.Services, path, chunk.Table, cancellationToken), cancellationToken);
        await context.ConsumeAsync(chunk, execution, chunk.Delivery is MqDelivery delivery ? delivery.ByteCount : length, (_, _) => Task.CompletedTask, cancellationToken);
        return 1;
    }

    private long Place(NodeServices services, string path, Table table, CancellationToken cancellationToken)
    {
        IDataSink sink = services.Files as IDataSink ?? services.Require<IDataSink>("a data directory that can be written");
        long length = 0;
        try
        {
            sink.Replace(
                path,
                stream =>
                {
                    Write(table, stream, cancellationToken);
                    length = stream.Length;
                },
                cancellationToken);
        }
        catch (ArgumentException e)
        {
            throw new NodeException("TABLE_SCHEMA", e.Message, transient: false, e);
        }

        return length;
    }

    private static TableExportNode Create(TableExportParameters parameters)
    {
        string[] fitting = parameters.Format switch
        {
            TableFormat.Csv => [".csv"],
            TableFormat.Arrow => [".arrow", ".feather"],
            TableFormat.ArrowStream => [".arrows"],
            _ => [".parquet"],
        };
        return fitting.Any(e => parameters.Path.EndsWith(e, StringComparison.Ordinal))
            ? new TableExportNode(parameters)
            : throw new NodeException("PARAMETER_OUT_OF_RANGE", $"path: a file of the form {parameters.Format} ends with {string.Join(" or ", fitting)}, was `{parameters.Path}`.");
    }

    private void Write(Table table, Stream stream, CancellationToken cancellationToken)
    {
        switch (_parameters.Format)
        {
            case TableFormat.Arrow: ArrowFile.Write(table, stream, cancellationToken); break;
            case TableFormat.ArrowStream: ArrowFile.WriteStream(table, stream, cancellationToken); break;
            case TableFormat.Parquet: ParquetFile.Write(table, ParquetCodec.None, stream, cancellationToken); break;
            case TableFormat.ParquetGzip: ParquetFile.Write(table, ParquetCodec.Gzip, stream, cancellationToken); break;
            default:
                using (var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true))
                {
                    TableCsv.Write(table, writer);
                }

                break;
        }
    }
}

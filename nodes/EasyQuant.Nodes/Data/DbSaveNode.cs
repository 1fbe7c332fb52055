using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Nodes.Data.Sql;
using EasyQuant.Nodes.Messaging;

namespace EasyQuant.Nodes.Data;

/// <summary>Saves a table into the project's database, once for each effect key, in one transaction.</summary>
public sealed class DbSaveNode : IStreamSink
{
    private readonly DbSaveParameters _parameters;

    private DbSaveNode(DbSaveParameters parameters) => _parameters = parameters;

    /// <inheritdoc/>
    public int WindowMax => 2;

    /// <summary>Adds the node type <c>DbSave</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<DbSaveParameters>(
        new NodeDefinitionTemplate
        {
            Type = "DbSave",
            Title = new LocalizedText("Save to database", "保存到数据库"),
            Category = "data",
            Icon = "database",
            Description = new LocalizedText(
                "Saves a table once: append, insert new keys, or insert and replace. A repeated step writes nothing again.", "将表保存一次：追加、只插入新键、或插入并替换；步骤重复执行不会重复写入。"),
            Inputs = [new PortDefinition("table", PortType.Table, new LocalizedText("Table", "表"))],
            Outputs = [new PortDefinition("result", PortType.Json, new LocalizedText("Result", "结果"))],
            HasEffects = true,
            StreamRole = StreamRole.Sink,
        },
        Create);

    /// <summary>Saves the table, or writes it to files when the host has no database but a place for files.</summary>
    /// <exception cref="NodeException">
    /// <c>EPOCH_STALE</c>: a newer owner of the run has written. <c>DB_COLUMN_MISMATCH</c>, <c>DB_KEY_MISSING</c>, <c>DB_KEY_NULL</c>,
    /// <c>DB_IDENTIFIER</c>, <c>DB_ERROR</c>: the table does not fit; the message names the column. <c>SERVICE_NOT_AVAILABLE</c>.
    /// </exception>
    public async ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        Table table = execution.InputTable(0);
        var plan = SavePlan.Create(table, _parameters);
        JsonObject result;
        if (execution.Services.Get<ProjectDatabase>() is { } database)
        {
            var save = new TableSave(database, plan, TimeSpan.FromSeconds(_parameters.TimeoutSeconds));
            result = await save.RunAsync(execution, cancellationToken);
        }
        else
        {
            ITableSink sink = execution.Services.Require<ITableSink>("a database of the project, or a folder for files");
            string destination = await sink.WriteAsync(_parameters.Table, plan.Table, execution.EffectKey, cancellationToken);
            result = new SaveCounts(plan.Table.RowCount, 0, plan.DroppedCount).ToJson(_parameters.Table, plan);
            result["destination"] = destination;
        }

        execution.SetOutput(0, result);
        execution.Report(new StepMetrics(table.RowCount, plan.Table.RowCount));
    }

    /// <inheritdoc/>
    public async Task<int> WriteAsync(StreamChunk chunk, StreamExecution execution, CancellationToken cancellationToken)
    {
        GroupContext context = execution.Services.Require<GroupContext>("a process group");
        var save = new TableSave(context.Database, SavePlan.Create(chunk.Table, _parameters), TimeSpan.FromSeconds(_parameters.TimeoutSeconds));
        long bytes = chunk.Delivery is MqDelivery delivery ? delivery.ByteCount : chunk.Table.EstimatedBytes;
        await context.ConsumeAsync(
            chunk,
            execution,
            bytes,
            async (connection, token) => await save.WriteAsync(
                connection, _parameters.Mode == DbSaveMode.Upsert ? await context.OrderAsync(connection, chunk, token) : null, token),
            cancellationToken);
        return 1;
    }

    private static DbSaveNode Create(DbSaveParameters parameters)
    {
        if (parameters.Mode != DbSaveMode.Append && parameters.Keys.Count == 0)
        {
            throw new NodeException("PARAMETER_OUT_OF_RANGE", "keys: the modes insertNew and upsert need at least one key column.");
        }

        if (parameters.Keys.Distinct(StringComparer.Ordinal).Count() != parameters.Keys.Count)
        {
            throw new NodeException("PARAMETER_OUT_OF_RANGE", "keys: a column is named twice.");
        }

        if (parameters.Table.StartsWith("eq_", StringComparison.OrdinalIgnoreCase))
        {
            throw new NodeException("PARAMETER_OUT_OF_RANGE", $"table: names that start with eq_ are reserved, was `{parameters.Table}`.");
        }

        return new DbSaveNode(parameters);
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Nodes.Data.Sql;

namespace EasyQuant.Nodes.Data;

/// <summary>Reads a table from the project's database in a read-only transaction.</summary>
public sealed class DbQueryNode : INodeHandler
{
    private static readonly string[] s_firstWords = ["select", "with", "values", "table"];
    private readonly DbQueryParameters _parameters;
    private readonly string _sql;

    private DbQueryNode(DbQueryParameters parameters, string sql)
    {
        _parameters = parameters;
        _sql = sql;
    }

    /// <summary>Adds the node type <c>DbQuery</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<DbQueryParameters>(
        new NodeDefinitionTemplate
        {
            Type = "DbQuery",
            Title = new LocalizedText("Query database", "查询数据库"),
            Category = "data",
            Icon = "search",
            Description = new LocalizedText(
                "Reads a table with one SQL statement from the project's database; cannot change anything.", "用一条 SQL 语句从项目数据库读取表；不能修改任何数据。"),
            Inputs = [new PortDefinition("after", PortType.Json, new LocalizedText("After", "在其后"), Required: false)],
            Outputs = [new PortDefinition("table", PortType.Table, new LocalizedText("Table", "表"))],
            ConnectionRequired = "postgresql",
        },
        Create);

    /// <summary>Runs the query.</summary>
    /// <exception cref="NodeException"><c>SERVICE_NOT_AVAILABLE</c>, <c>DB_TOO_MANY_ROWS</c>, <c>DB_TYPE_UNSUPPORTED</c>, <c>DB_READ_ONLY</c>, <c>DB_TIMEOUT</c>, <c>DB_ERROR</c>, <c>PARAMETER_TYPE</c>.</exception>
    public async ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        ProjectDatabase database = execution.Services.Require<ProjectDatabase>("a database of the project (start the platform; `eq run` has none)");
        JsonNode? arguments = _parameters.Arguments is { } template ? execution.Evaluate(template) : null;
        if (arguments is not (null or JsonArray))
        {
            throw new NodeException("PARAMETER_TYPE", $"arguments must be a JSON list, was {arguments.GetValueKind()}.");
        }

        var query = new TableQuery(database, _sql, (JsonArray?)arguments ?? [], _parameters.RowsMax, TimeSpan.FromSeconds(_parameters.TimeoutSeconds));
        Table table = await query.RunAsync(execution, cancellationToken);
        execution.SetOutput(0, table);
        execution.Report(new StepMetrics(0, table.RowCount));
    }

    private static DbQueryNode Create(DbQueryParameters parameters)
    {
        if (!parameters.Sql.IsConstant || parameters.Sql.Source is not JsonValue value || value.GetValueKind() != JsonValueKind.String)
        {
            throw new NodeException("PARAMETER_TYPE", "sql must be a text without expressions; pass values through arguments as $1, $2 ...");
        }

        string sql = value.GetValue<string>().Trim();
        string word = new([.. sql.TakeWhile(char.IsAsciiLetter)]);
        if (sql.Length is 0 or > 100_000 || !s_firstWords.Contains(word, StringComparer.OrdinalIgnoreCase))
        {
            throw new NodeException("PARAMETER_OUT_OF_RANGE", $"sql must start with {string.Join(", ", s_firstWords)} and have at most 100,000 characters.");
        }

        return new DbQueryNode(parameters, sql);
    }
}

using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Nodes.Data;

namespace EasyQuant.Nodes.Tests.Data;

/// <summary>Runs one node of the data pack.</summary>
internal static class NodeRunner
{
    private static readonly NodeCatalog s_catalog = CreateCatalog();

    public static RunContext Context(string runId = "run-1", long epoch = 1) => new() { RunId = runId, ProjectId = "default", Epoch = epoch };

    public static async Task<SingleNodeResult> RunAsync(
        string type, string parameters, NodeServices services, RunContext? context = null, params (string Port, Table Table)[] inputs)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        return await SingleNode.RunAsync(
            s_catalog,
            type,
            (JsonObject)JsonNode.Parse(parameters)!,
            inputs.ToDictionary(i => i.Port, i => NodeValue.FromTable(i.Table)),
            context ?? Context(),
            services,
            observer: null,
            deadline.Token);
    }

    public static NodeServices Services() => new(TimeProvider.System);

    public static string Csv(Table table)
    {
        var writer = new StringWriter();
        TableCsv.Write(table, writer);
        return writer.ToString();
    }

    public static Table Bars(params string[] rows) =>
        CsvBars.Read(System.Text.Encoding.UTF8.GetBytes("symbol,date,open,high,low,close,volume,amount\n" + string.Join('\n', rows)), new CsvBarOptions()).Table;

    private static NodeCatalog CreateCatalog()
    {
        var catalog = new NodeCatalog();
        DataNodePack.AddTo(catalog);
        return catalog;
    }
}

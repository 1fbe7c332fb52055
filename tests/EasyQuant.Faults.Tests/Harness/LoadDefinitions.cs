using System.Globalization;
using EasyQuant.Contracts.Group.V1;
using EasyQuant.Contracts.Workflow.V1;
using Google.Protobuf;

namespace EasyQuant.Faults.Harness;

/// <summary>What the loads run. Both append without keys: an effect that happens twice shows as a doubled row. A load that keeps the newest upserts beside that.</summary>
internal static class LoadDefinitions
{
    public const string Item = "fault-item";
    public const string Batch = "fault-batch";
    public const string Tiny = "fault-tiny";

    private const string Passed = """,{"name":"passed","lengthMax":64,"deliveriesMax":200}""";

    private const string ItemBody =
        """
        "inputs":[{"name":"symbol","type":"string"},{"name":"table","type":"string"}],
        "nodes":[{"id":"work","type":"Delay","params":{"seconds":0.02}},{"id":"load","type":"CsvLoader","params":{"path":"items/${inputs.symbol}.csv"}},
          {"id":"save","type":"DbSave","params":{"table":"${inputs.table}","mode":"append"}}],
        "edges":[{"from":"load.table","to":"save.table"}]
        """;

    private const string BatchBody =
        """
        "inputs":[{"name":"list","type":"string"},{"name":"table","type":"string"}],
        "nodes":[{"id":"list","type":"CsvLoader","params":{"path":"${inputs.list}"}},
          {"id":"items","type":"BatchScheduler","params":{"workflow":"fault-item","params":{"symbol":"${item.symbol}","table":"${inputs.table}"},"mode":"remote","concurrency":32}}],
        "edges":[{"from":"list.table","to":"items.rows"}]
        """;

    private const string TinyBody = """  "nodes":[{"id":"one","type":"JsonMap","params":{"value":{"a":1}}}]  """;

    public static async Task StoreAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        foreach ((string name, string body) in new[] { (Item, ItemBody), (Batch, BatchBody), (Tiny, TinyBody) })
        {
            await StoreAsync(bed, name, body, cancellationToken);
        }
    }

    /// <summary>Stores a workflow given by the members after schema and name.</summary>
    public static async Task StoreAsync(FaultBed bed, string name, string body, CancellationToken cancellationToken) =>
        await bed.Workflows.CreateWorkflowAsync(
            new CreateWorkflowRequest { Definition = JsonParser.Default.Parse<WorkflowDefinition>($$"""{"schema":"easyquant/workflow/1","name":"{{name}}",{{body}}}""") },
            deadline: DateTime.UtcNow.AddSeconds(60),
            cancellationToken: cancellationToken);

    /// <summary>Two readers, a queue, two processors of two threads, a save; and a group that keeps the newest row of each symbol where the size says so.</summary>
    public static GroupsDefinition Groups(string name, string table, LoadSize size) => JsonParser.Default.Parse<GroupsDefinition>(string.Create(
        CultureInfo.InvariantCulture,
        $$$"""
        {"schema":"easyquant/groups/1","name":"{{{name}}}","mqConfig":{"prefetch":4},"topics":[{"name":"bars","lengthMax":{{{size.QueueLength}}},"deliveriesMax":200}{{{(size.Relays ? Passed : "")}}}],"groups":[
          {"id":"read","replicas":2,"shards":4,"outputQueue":"bars","nodes":[{"id":"load","type":"CsvLoader","params":{"path":"{{{size.StreamFolder}}}/*.csv","chunkSize":10} } ] },
          {"id":"keep","replicas":2,"threads":2,"inputQueue":"bars","nodes":[{"id":"save","type":"DbSave","params":{"table":"{{{table}}}","mode":"append"} } ] }{{{(size.KeepsNewest ? Newest(table) : "")}}}{{{(size.Relays ? Relay(table) : "")}}} ] }
        """));

    private static string Relay(string table) =>
        $$"""
        ,{"id":"pass","replicas":2,"inputQueue":"bars","outputQueue":"passed","nodes":[{"id":"same","type":"Transform"} ] },
        {"id":"end","replicas":1,"inputQueue":"passed","nodes":[{"id":"save","type":"DbSave","params":{"table":"{{table}}_passed","mode":"append"} } ] }
        """;

    private static string Newest(string table) =>
        $$"""
        ,{"id":"newest","replicas":1,"threads":2,"inputQueue":"bars","nodes":[{"id":"save","type":"DbSave","params":{"table":"{{table}}_newest","mode":"upsert","keys":["symbol"]} } ] }
        """;
}

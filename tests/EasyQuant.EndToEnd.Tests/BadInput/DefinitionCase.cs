using System.Text.Json.Nodes;

namespace EasyQuant.EndToEnd.BadInput;

/// <summary>A definition with faults and the first finding that both interfaces must name.</summary>
/// <param name="Name">Name of the case.</param>
/// <param name="Definition">The workflow as JSON.</param>
/// <param name="Reason">Reason of the first finding.</param>
/// <param name="Pointer">Its JSON pointer in the request.</param>
/// <param name="Fragment">Part of its message.</param>
public sealed record DefinitionCase(string Name, string Definition, string Reason, string Pointer, string Fragment)
{
    private const string Sound = """
        {
          "schema": "easyquant/workflow/1",
          "name": "bad-input",
          "inputs": [{"name": "path", "type": "string", "required": true}, {"name": "period", "type": "integer", "default": 5}],
          "outputs": [{"name": "bars", "from": "sma.bars"}],
          "nodes": [
            {"id": "load", "type": "CsvLoader", "params": {"path": "${inputs.path}"}},
            {"id": "sma", "type": "Indicator", "params": {"indicator": "sma", "period": "${inputs.period}"}},
            {"id": "save", "type": "DbSave", "params": {"table": "bad_input", "mode": "upsert", "keys": ["symbol", "trading_date"]}}
          ],
          "edges": [{"from": "load.table", "to": "sma.bars"}, {"from": "load.table", "to": "save.table"}]
        }
        """;

    private static readonly DefinitionCase[] s_all =
    [
        Of("unknown node type", w => w["nodes"]![0]!["type"] = "CsvLoder", "UNKNOWN_NODE_TYPE", "/definition/nodes/0/type", "There is no node type 'CsvLoder'"),
        Of("unknown parameter", w => w["nodes"]![1]!["params"]!["colour"] = "red", "UNKNOWN_PARAMETER", "/definition/nodes/1/params/colour", "There is no parameter 'colour'; known: "),
        Of("unknown input port", w => w["edges"]![0]!["to"] = "sma.candles", "UNKNOWN_PORT", "/definition/edges/0/to", "'Indicator' has no input 'candles'; known: bars"),
        Of("unknown output port", w => w["edges"]![0]!["from"] = "load.rows", "UNKNOWN_PORT", "/definition/edges/0/from", "'CsvLoader' has no output 'rows'; known: table, report"),
        Of("unknown node", w => w["edges"]![0]!["from"] = "lode.table", "UNKNOWN_NODE", "/definition/edges/0/from", "There is no node 'lode'"),
        Of("missing input port", w => w["edges"]!.AsArray().RemoveAt(1), "MISSING_INPUT", "/definition/nodes/2", "The input 'table' of node 'save' is not connected"),
        Of("port of another type", w => w["edges"]![0]!["from"] = "load.report", "PORT_TYPE_MISMATCH", "/definition/edges/0", "'load.report' gives Json, 'sma.bars' takes Table"),
        Of("missing parameter", w => w["nodes"]![0]!["params"] = new JsonObject(), "MISSING_PARAMETER", "/definition/nodes/0/params/path", "'path' is required"),
        Of("parameter of a wrong type", w => w["nodes"]![1]!["params"]!["period"] = true, "PARAMETER_TYPE", "/definition/nodes/1/params/period", "Expected integer, got"),
        Of("parameter out of range", w => w["nodes"]![1]!["params"]!["period"] = 0, "PARAMETER_OUT_OF_RANGE", "/definition/nodes/1/params/period", "1"),
        Of("unknown input in an expression", w => w["nodes"]![0]!["params"]!["path"] = "${inputs.file}", "EXPRESSION_INVALID", "/definition/nodes/0/params/path", "the workflow declares no input 'file'"),
        Of("newer format", w => w["schema"] = "easyquant/workflow/9", "SCHEMA_TOO_NEW", "/definition/schema", "this installation reads up to \"easyquant/workflow/1\""),
        Of("missing sub-workflow", w => Add(w, "SubWorkflow", """{"workflow": "nobody-has-this"}"""), "SUB_WORKFLOW_NOT_FOUND", "/definition/nodes/3/params/workflow", "There is no workflow 'nobody-has-this'"),
        Of("recursion", w => Add(w, "SubWorkflow", """{"workflow": "bad-input"}"""), "SUB_WORKFLOW_RECURSION", "/definition/nodes/3/params/workflow", "The workflow calls itself: bad-input -> bad-input"),
        Of("cycle", MakeCycle, "CYCLE", "/definition/nodes/3", "These nodes wait for each other: a -> b -> a"),
    ];

    public static TheoryData<string> Names => [.. s_all.Select(one => one.Name)];

    public static DefinitionCase Find(string name) => s_all.Single(one => one.Name == name);

    /// <summary>The definition without a fault.</summary>
    public static JsonObject Base() => JsonNode.Parse(Sound)!.AsObject();

    private static DefinitionCase Of(string name, Action<JsonObject> spoil, string reason, string pointer, string fragment)
    {
        JsonObject workflow = Base();
        spoil(workflow);
        return new DefinitionCase(name, workflow.ToJsonString(), reason, pointer, fragment);
    }

    private static void Add(JsonObject workflow, string type, string parameters) =>
        workflow["nodes"]!.AsArray().Add(new JsonObject { ["id"] = "child", ["type"] = type, ["params"] = JsonNode.Parse(parameters) });

    private static void MakeCycle(JsonObject workflow)
    {
        workflow["nodes"]!.AsArray().Add(JsonNode.Parse("""{"id": "a", "type": "JsonMap"}"""));
        workflow["nodes"]!.AsArray().Add(JsonNode.Parse("""{"id": "b", "type": "JsonMap"}"""));
        workflow["edges"]!.AsArray().Add(JsonNode.Parse("""{"from": "a.value", "to": "b.value"}"""));
        workflow["edges"]!.AsArray().Add(JsonNode.Parse("""{"from": "b.value", "to": "a.value"}"""));
    }
}

using System.Text.Json.Nodes;
using EasyQuant.Samples.Demo;

namespace EasyQuant.Faults;

/// <summary>The sample daily-pipeline, but it appends without keys to a table that the run names: a step that writes twice shows as doubled rows.</summary>
internal static class AppendingPipeline
{
    public const string Name = "daily-pipeline-append";

    public static string Definition()
    {
        JsonObject workflow = JsonNode.Parse(SampleData.ReadWorkflow("daily-pipeline"))!.AsObject();
        workflow["name"] = Name;
        workflow["inputs"]!.AsArray().Add(new JsonObject { ["name"] = "table", ["type"] = "string", ["required"] = true });
        JsonObject save = workflow["nodes"]!.AsArray().Single(node => (string)node!["id"]! == "save_bars")!["params"]!.AsObject();
        save["table"] = "${inputs.table}";
        save["mode"] = "append";
        save.Remove("keys");
        return workflow.ToJsonString();
    }
}

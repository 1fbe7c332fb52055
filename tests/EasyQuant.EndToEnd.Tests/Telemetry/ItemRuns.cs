using System.Text.Json;
using EasyQuant.Contracts.Workflow.V1;
using Google.Protobuf;

namespace EasyQuant.EndToEnd.Telemetry;

/// <summary>A fan-out whose items execute in child processes of a Runner.</summary>
internal static class ItemRuns
{
    /// <summary>Items of the fan-out.</summary>
    public const int Count = 7;

    /// <summary>Stores the workflows <c>{name}-one</c> and <c>{name}-all</c>, runs the second one and returns its run.</summary>
    public static async Task<JsonElement> RunAsync(PlatformFixture platform, string name, CancellationToken cancellationToken)
    {
        using GatewayGrpc grpc = platform.Grpc();
        string items = string.Join(',', Enumerable.Range(1, Count).Select(n => $$$"""{"n":{{{n}}} }"""));
        foreach (string definition in new[]
        {
            $$$"""
            {"schema":"easyquant/workflow/1","name":"{{{name}}}-one","inputs":[{"name":"n","type":"integer"}],"outputs":[{"name":"out","from":"map.value"}],
             "nodes":[{"id":"map","type":"JsonMap","params":{"value":{"n":"${inputs.n}"} } }]}
            """,
            $$$"""
            {"schema":"easyquant/workflow/1","name":"{{{name}}}-all",
             "nodes":[{"id":"items","type":"JsonMap","params":{"value":[{{{items}}}]}},{"id":"batch","type":"BatchScheduler","params":{"workflow":"{{{name}}}-one","mode":"processes","concurrency":2}}],
             "edges":[{"from":"items.value","to":"batch.items"}]}
            """,
        })
        {
            await grpc.Workflows.CreateWorkflowAsync(new CreateWorkflowRequest { Definition = JsonParser.Default.Parse<WorkflowDefinition>(definition) }, grpc.Options());
        }

        JsonElement run = await new RestRuns(platform).RunAsync($"{name}-all", [], cancellationToken);
        Assert.True(run.GetProperty("state").GetString() == "RUN_STATE_SUCCEEDED", run.ToString());
        return run;
    }
}

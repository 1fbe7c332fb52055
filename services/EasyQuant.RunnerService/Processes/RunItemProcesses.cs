using System.Diagnostics;
using System.Text.Json.Nodes;
using EasyQuant.Flow;

namespace EasyQuant.RunnerService.Processes;

/// <summary>The pool as the nodes of one run see it: with the sub-workflows that are fixed for the run. Thread-safe.</summary>
internal sealed class RunItemProcesses(ItemProcessPool pool, string key, IReadOnlyDictionary<(string Name, int Version), WorkflowDefinition> definitions, ISecretSource secrets)
    : IItemProcesses
{
    public int CountMax => pool.CountMax;

    public ValueTask<(ChildRunResult Result, int ProcessId)> RunAsync(ChildRunRequest request, TimeSpan? timeout, CancellationToken cancellationToken) =>
        pool.RunAsync(request.Context.ProjectId, key, Workflow, () => Item(request), secrets, timeout, cancellationToken);

    private JsonObject Item(ChildRunRequest request)
    {
        JsonObject item = ItemMessages.Item(key, request, request.Context);
        if (pool.IsTracing)
        {
            ChildSpans.Write(item, Activity.Current);
        }

        return item;
    }

    private JsonObject Workflow()
    {
        var list = new JsonArray();
        foreach (IGrouping<WorkflowDefinition, int> versions in definitions.GroupBy(entry => entry.Value, entry => entry.Key.Version))
        {
            list.Add((JsonNode)new JsonObject
            {
                ["definition"] = JsonNode.Parse(WorkflowJson.Write(versions.Key)),
                ["versions"] = new JsonArray([.. versions.Select(version => (JsonNode?)JsonValue.Create(version))]),
            });
        }

        return new JsonObject { ["key"] = key, ["definitions"] = list };
    }
}

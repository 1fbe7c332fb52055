using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using EasyQuant.Flow;
using EasyQuant.Nodes.Messaging;

namespace EasyQuant.RunnerService.Processes;

/// <summary>The pool as replicas of process groups see it. Thread-safe.</summary>
internal sealed class ReplicaProcesses(ItemProcessPool pool, ISecretSource secrets) : IReplicaProcesses
{
    public ValueTask<(ChildRunResult Result, int ProcessId)> RunAsync(
        RunContext context, WorkflowDefinition workflow, Func<GroupProgress, int, CancellationToken, ValueTask> onProgress, CancellationToken cancellationToken)
    {
        // The parameters are constants of the workflow, so its text is its key.
        byte[] json = WorkflowJson.Write(workflow);
        string key = "replica/" + Convert.ToHexStringLower(SHA256.HashData(json));
        var request = new ChildRunRequest
        {
            Workflow = workflow.Name,
            Context = context with { Inputs = new Dictionary<string, JsonNode?>() },
            Services = new NodeServices(TimeProvider.System),
        };
        string? trace = Activity.Current?.Id;
        return pool.RunReplicaAsync(
            context.ProjectId,
            key,
            () => new JsonObject
            {
                ["key"] = key,
                ["definitions"] = new JsonArray(new JsonObject { ["definition"] = JsonNode.Parse(json), ["versions"] = new JsonArray(0) }),
            },
            () =>
            {
                JsonObject item = ItemMessages.Item(key, request, request.Context);
                item["traceparent"] = trace;
                return item;
            },
            (report, processId, token) => onProgress(ChildReports.Read(report), processId, token),
            secrets,
            cancellationToken);
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using EasyQuant.Flow;

namespace EasyQuant.RunnerService.Processes;

/// <summary>What stands in the messages between a worker and its child processes.</summary>
internal static class ItemMessages
{
    /// <summary>Writes a run's context with the workflow to run.</summary>
    public static JsonObject Item(string key, ChildRunRequest request, RunContext context) => new()
    {
        ["key"] = key,
        ["workflow"] = request.Workflow,
        ["version"] = request.Version ?? 0,
        ["runId"] = context.RunId,
        ["projectId"] = context.ProjectId,
        ["epoch"] = context.Epoch,
        ["leaseMs"] = (long)context.LeaseTime.TotalMilliseconds,
        ["attempt"] = context.Attempt,
        ["seed"] = context.Seed,
        ["startTime"] = context.StartTime.ToString("O", CultureInfo.InvariantCulture),
        ["itemPath"] = context.ItemPath,
        ["effectRunId"] = context.EffectRunId,
        ["depth"] = context.Depth,
        ["ancestors"] = new JsonArray([.. context.Ancestors.Select(name => (JsonNode?)JsonValue.Create(name))]),
        ["inputs"] = new JsonObject(context.Inputs.Select(input => KeyValuePair.Create(input.Key, input.Value?.DeepClone()))),
    };

    /// <summary>Reads a context.</summary>
    public static RunContext ToContext(JsonObject item) => new()
    {
        RunId = item["runId"]!.GetValue<string>(),
        ProjectId = item["projectId"]!.GetValue<string>(),
        Epoch = item["epoch"]!.GetValue<long>(),
        LeaseTime = TimeSpan.FromMilliseconds(item["leaseMs"]!.GetValue<long>()),
        Attempt = item["attempt"]!.GetValue<int>(),
        Seed = item["seed"]!.GetValue<long>(),
        StartTime = DateTimeOffset.Parse(item["startTime"]!.GetValue<string>(), CultureInfo.InvariantCulture),
        ItemPath = item["itemPath"]!.GetValue<string>(),
        EffectRunId = item["effectRunId"]!.GetValue<string>(),
        Depth = item["depth"]!.GetValue<int>(),
        Ancestors = [.. item["ancestors"]!.AsArray().Select(name => name!.GetValue<string>())],
        Inputs = new Dictionary<string, JsonNode?>(item["inputs"]!.AsObject(), StringComparer.Ordinal),
    };

    /// <summary>Writes how an item ended; tables are stored first and travel by reference.</summary>
    public static async ValueTask<JsonObject> ResultAsync(ChildRunResult result, IArtifactStore artifacts, CancellationToken cancellationToken)
    {
        var outputs = new JsonArray();
        for (int i = 0; i < result.Outputs.Count; i++)
        {
            NodeValue value = result.Outputs[i];
            var output = new JsonObject { ["name"] = result.OutputNames[i] };
            if (value.IsTable || value.IsArtifact)
            {
                ArtifactRef stored = value.IsArtifact ? value.AsArtifact() : await artifacts.SaveAsync(value.AsTable(), cancellationToken);
                output["table"] = new JsonArray(stored.Sha256, stored.ByteCount, stored.RowCount);
            }
            else if (value.IsJson)
            {
                output["json"] = value.AsJson()?.DeepClone();
            }
            else
            {
                output["skipped"] = true;
            }

            outputs.Add((JsonNode)output);
        }

        JsonObject answer = result.Error is { } error ? Failure(error) : [];
        answer["outputs"] = outputs;
        return answer;
    }

    /// <summary>Writes why an item failed.</summary>
    public static JsonObject Failure(StepError error) => new()
    {
        ["error"] = new JsonObject { ["reason"] = error.Reason, ["message"] = error.Message, ["nodeId"] = error.NodeId, ["isTransient"] = error.IsTransient },
    };

    /// <summary>Reads how an item ended.</summary>
    public static ChildRunResult ToResult(JsonObject answer)
    {
        StepError? error = answer["error"] is JsonObject failed
            ? new StepError(failed["reason"]!.GetValue<string>(), failed["message"]!.GetValue<string>(), failed["nodeId"]?.GetValue<string>(), failed["isTransient"]!.GetValue<bool>())
            : null;
        var names = new List<string>();
        var values = new List<NodeValue>();
        foreach (JsonNode? node in answer["outputs"] as JsonArray ?? [])
        {
            JsonObject output = node!.AsObject();
            names.Add(output["name"]!.GetValue<string>());
            values.Add(
                output["table"] is JsonArray table ? NodeValue.FromArtifact(new ArtifactRef(table[0]!.GetValue<string>(), table[1]!.GetValue<long>(), table[2]!.GetValue<long>()))
                : output.ContainsKey("skipped") ? NodeValue.Skipped
                : NodeValue.FromJson(output["json"]?.DeepClone()));
        }

        return new ChildRunResult(error, names, values);
    }
}

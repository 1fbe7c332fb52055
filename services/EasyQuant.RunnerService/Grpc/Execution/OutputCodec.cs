using System.Text.Json.Nodes;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Data;
using EasyQuant.Flow;
using Google.Protobuf.WellKnownTypes;

namespace EasyQuant.RunnerService.Grpc.Execution;

/// <summary>
/// Outputs of steps as they are stored: a table as <c>{"table": {"artifact", "row_count", "byte_count"}}</c>, JSON as itself while it is small, otherwise as
/// <c>{"json": {"artifact", "row_count", "byte_count"}}</c>, a stored table with one row and the column <c>json</c>.
/// </summary>
internal sealed class OutputCodec(IArtifactStore artifacts)
{
    private const int InlineBytesMax = 64 * 1024;
    private const string JsonColumn = "json";

    /// <summary>Stores what is large and returns what the step's row holds; skipped outputs are left out.</summary>
    public async ValueTask<Struct> WriteAsync(IReadOnlyList<string> names, IReadOnlyList<NodeValue> values, CancellationToken cancellationToken)
    {
        var result = new Struct();
        for (int i = 0; i < values.Count; i++)
        {
            if (!values[i].IsEmpty)
            {
                result.Fields[names[i]] = await WriteAsync(values[i], cancellationToken);
            }
        }

        return result;
    }

    /// <summary>Reads a finished step.</summary>
    public async ValueTask<FinishedStep> ReadAsync(Step step, CancellationToken cancellationToken)
    {
        EasyQuant.Flow.StepState state = step.State switch
        {
            Contracts.Run.V1.StepState.Skipped => EasyQuant.Flow.StepState.Skipped,
            Contracts.Run.V1.StepState.Failed => EasyQuant.Flow.StepState.Failed,
            Contracts.Run.V1.StepState.Cancelled => EasyQuant.Flow.StepState.Cancelled,
            _ => EasyQuant.Flow.StepState.Succeeded,
        };
        StepError? error = step.Error is { } told ? new StepError(told.Reason, told.Message, told.NodeId.Length > 0 ? told.NodeId : null) : null;
        return new FinishedStep(state, await ReadAsync(step.Outputs, cancellationToken), step.Metrics?.RowsOut ?? 0, error);
    }

    /// <summary>Reads outputs by name.</summary>
    public async ValueTask<IReadOnlyDictionary<string, NodeValue>> ReadAsync(Struct? values, CancellationToken cancellationToken)
    {
        var outputs = new Dictionary<string, NodeValue>(StringComparer.Ordinal);
        foreach ((string port, JsonNode? value) in WireJson.ToJson(values))
        {
            outputs[port] = TryReference(value, "table", out ArtifactRef? table) ? NodeValue.FromArtifact(table!)
                : TryReference(value, JsonColumn, out ArtifactRef? stored) ? await ReadJsonAsync(stored!, cancellationToken)
                : NodeValue.FromJson(value?.DeepClone());
        }

        return outputs;
    }

    private async ValueTask<Value> WriteAsync(NodeValue value, CancellationToken cancellationToken)
    {
        if (value.IsArtifact)
        {
            return Reference("table", value.AsArtifact());
        }

        if (value.IsTable)
        {
            return Reference("table", await artifacts.SaveAsync(value.AsTable(), cancellationToken));
        }

        JsonNode? json = value.AsJson();
        if (json is JsonObject or JsonArray)
        {
            // What looks like a reference is stored away too, so that it cannot be taken for one.
            bool isAmbiguous = TryReference(json, "table", out _) || TryReference(json, JsonColumn, out _);
            string text = json.ToJsonString();
            if (isAmbiguous || text.Length > InlineBytesMax)
            {
                var table = new Table([StringColumn.Create(JsonColumn, [text])]);
                return Reference(JsonColumn, await artifacts.SaveAsync(table, cancellationToken));
            }
        }

        return WireJson.ToWire(json);
    }

    private async ValueTask<NodeValue> ReadJsonAsync(ArtifactRef artifact, CancellationToken cancellationToken)
    {
        Table table = await artifacts.LoadAsync(artifact, cancellationToken);
        return NodeValue.FromJson(JsonNode.Parse(table.GetColumn<StringColumn>(JsonColumn).GetString(0)!));
    }

    private static Value Reference(string kind, ArtifactRef artifact) => Value.ForStruct(new Struct
    {
        Fields =
        {
            [kind] = Value.ForStruct(new Struct
            {
                Fields =
                {
                    ["artifact"] = Value.ForString(artifact.Sha256),
                    ["row_count"] = Value.ForNumber(artifact.RowCount),
                    ["byte_count"] = Value.ForNumber(artifact.ByteCount),
                },
            }),
        },
    });

    private static bool TryReference(JsonNode? value, string kind, out ArtifactRef? artifact)
    {
        artifact = null;
        if (value is not JsonObject { Count: 1 } outer
            || outer[kind] is not JsonObject inner
            || inner["artifact"] is not JsonValue name
            || !name.TryGetValue(out string? sha256)
            || sha256.Length != 64)
        {
            return false;
        }

        artifact = new ArtifactRef(sha256, Count(inner, "byte_count"), Count(inner, "row_count"));
        return true;
    }

    private static long Count(JsonObject reference, string name) =>
        reference[name] is JsonValue value && value.TryGetValue(out double count) ? (long)count : 0;
}

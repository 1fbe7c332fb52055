using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using EasyQuant.Contracts.Run.V1;

namespace EasyQuant.WorkflowService.Grpc;

/// <summary>Hash of what a caller asks for, independent of the order in which maps arrive.</summary>
internal static class RunRequestHash
{
    public static byte[] Of(RunSpec spec)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            json.WriteStringValue(spec.WorkflowName);
            json.WriteNumberValue(spec.WorkflowVersion);
            ValueCodec.WriteSorted(json, spec.Inputs);
            foreach ((string key, string value) in spec.Labels.OrderBy(label => label.Key, StringComparer.Ordinal))
            {
                json.WriteStringValue(key);
                json.WriteStringValue(value);
            }

            json.WriteNumberValue(spec.Seed);
            json.WriteStringValue(spec.JobName);
            json.WriteStringValue(spec.OnlyNodeId);
            ValueCodec.WriteSorted(json, spec.PinnedInputs);
            json.WriteNumberValue(spec.Priority);
            WritePlacement(json, spec);
            json.WriteEndArray();
        }

        return SHA256.HashData(buffer.WrittenSpan);
    }

    // Written only when asked for, so that requests from before it existed keep their hash. Where a run would like to go first is no part of it.
    private static void WritePlacement(Utf8JsonWriter json, RunSpec spec)
    {
        if (spec.Timeout is { } timeout)
        {
            json.WriteStringValue(timeout.ToString());
        }

        if (spec.Placement is { } placement)
        {
            if (placement.RegionRequired)
            {
                json.WriteStringValue(placement.Region);
            }

            foreach ((string key, string value) in placement.Labels.OrderBy(label => label.Key, StringComparer.Ordinal))
            {
                json.WriteStringValue(key);
                json.WriteStringValue(value);
            }
        }
    }
}

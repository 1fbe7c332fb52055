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
            json.WriteEndArray();
        }

        return SHA256.HashData(buffer.WrittenSpan);
    }
}

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EasyQuant.Flow;

/// <summary>Writes the canonical form of process groups: fields in a fixed order, members of parameters sorted, defaults of numbers written out.</summary>
internal static class GroupsWriter
{
    public static byte[] Write(GroupsDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var buffer = new ArrayBufferWriter<byte>(1024);
        var options = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = FlowLimits.JsonDepthMax + 8 };
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            json.WriteStartObject();
            json.WriteString("schema", GroupsJson.Schema);
            json.WriteString("name", definition.Name);
            WorkflowWriter.WriteText(json, "title", definition.Title);
            WorkflowWriter.WriteText(json, "description", definition.Description);
            json.WriteString("mqType", definition.MqType);
            json.WritePropertyName("mqConfig");
            WorkflowWriter.WriteValue(json, definition.MqConfig);
            WorkflowWriter.WriteList(json, "topics", definition.Topics, WriteTopic);
            WorkflowWriter.WriteList(json, "groups", definition.Groups, WriteGroup);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteTopic(Utf8JsonWriter json, GroupTopic topic)
    {
        json.WriteString("name", topic.Name);
        json.WriteString("serializer", topic.Serializer);
        json.WriteNumber("lengthMax", topic.LengthMax);
        json.WriteNumber("chunkRowsMax", topic.ChunkRowsMax);
        json.WriteNumber("chunkBytesMax", topic.ChunkBytesMax);
        json.WriteNumber("deliveriesMax", topic.DeliveriesMax);
    }

    private static void WriteGroup(Utf8JsonWriter json, ProcessGroup group)
    {
        json.WriteString("id", group.Id);
        if (group.Name.Length > 0)
        {
            json.WriteString("name", group.Name);
        }

        json.WriteNumber("replicas", group.Replicas);
        json.WriteNumber("threads", group.Threads);
        if (group.Shards is { } shards)
        {
            json.WriteNumber("shards", shards);
        }

        if (group.InputQueue.Length > 0)
        {
            json.WriteString("inputQueue", group.InputQueue);
        }

        if (group.OutputQueue.Length > 0)
        {
            json.WriteString("outputQueue", group.OutputQueue);
        }

        json.WriteString("placement", group.Placement switch
        {
            GroupPlacement.Processes => "processes",
            GroupPlacement.OneRunner => "oneRunner",
            _ => "runners",
        });
        WorkflowWriter.WriteList(json, "nodes", group.Nodes, WorkflowWriter.WriteNode);
    }
}

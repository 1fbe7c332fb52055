using System.Text;
using EasyQuant.Flow;
using Google.Protobuf;
using Wire = EasyQuant.Contracts.Group.V1;

namespace EasyQuant.WorkflowService.Definitions;

/// <summary>The one conversion point between process groups on the wire, in the core and in the database.</summary>
internal static class GroupsCodec
{
    private static readonly JsonParser s_parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    /// <summary>Reads the wire form.</summary>
    public static GroupsParseResult Read(Wire.GroupsDefinition? definition)
    {
        if (definition is null)
        {
            return new GroupsParseResult(null, [new FlowError("GROUPS_JSON_MALFORMED", null, "", "The request has no definition.")]);
        }

        try
        {
            return GroupsJson.Parse(Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(definition)));
        }
        catch (InvalidOperationException exception)
        {
            return new GroupsParseResult(null, [new FlowError("GROUPS_JSON_MALFORMED", null, "", exception.Message)]);
        }
    }

    /// <summary>Returns the canonical JSON, which is what is stored.</summary>
    public static string Write(GroupsDefinition definition) => Encoding.UTF8.GetString(GroupsJson.Write(definition));

    /// <summary>Reads stored JSON into the wire form.</summary>
    public static Wire.GroupsDefinition ToWire(string json) => s_parser.Parse<Wire.GroupsDefinition>(json);

    /// <summary>Reads stored JSON into the form of the core.</summary>
    public static GroupsDefinition ToCore(string json)
    {
        GroupsParseResult result = GroupsJson.Parse(Encoding.UTF8.GetBytes(json));
        return result.Definition
            ?? throw new InvalidDataException($"Stored process groups cannot be read: {result.Errors[0].Pointer} {result.Errors[0].Message}");
    }

    /// <summary>Returns the picture of a definition.</summary>
    public static Wire.GetQueueTopologyResponse ToTopology(GroupsDefinition definition)
    {
        GroupsTopology topology = GroupsTopology.Of(definition);
        var answer = new Wire.GetQueueTopologyResponse();
        answer.Nodes.AddRange(topology.Nodes.Select(node =>
        {
            ProcessGroup? group = node.IsQueue ? null : definition.Groups.First(one => one.Id == node.Name);
            return new Wire.TopologyNode
            {
                Id = node.Id,
                Name = node.Name,
                IsQueue = node.IsQueue,
                Title = node.Title,
                Layer = node.Layer,
                Replicas = group?.Replicas ?? 0,
                Threads = group?.Threads ?? 0,
                Serializer = node.IsQueue ? definition.Topic(node.Name).Serializer : "",
            };
        }));
        answer.Edges.AddRange(topology.Edges.Select(edge => new Wire.TopologyEdge { From = edge.From, To = edge.To }));
        return answer;
    }
}

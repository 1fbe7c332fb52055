using System.Text.Json.Nodes;

namespace EasyQuant.Flow;

/// <summary>Turns a JSON document into process groups and notes every error on the way.</summary>
internal sealed class GroupsReader() : DefinitionReader("GROUPS_JSON_MALFORMED", "definition")
{
    private const string SchemaPrefix = "easyquant/groups/";

    public GroupsDefinition? Read(JsonNode? document)
    {
        if (document is not JsonObject root)
        {
            Add("GROUPS_JSON_MALFORMED", "", $"Expected an object, got {SchemaValidator.TypeOf(document)}.");
            return null;
        }

        if (!CheckSchema(root, SchemaPrefix, GroupsJson.Version))
        {
            return null;
        }

        CheckFields(root, "", "schema", "name", "title", "description", "mqType", "mqConfig", "topics", "groups");
        JsonObject? settings = Child(root, "", "mqConfig");
        CheckNumbers(settings, "/mqConfig");
        return new GroupsDefinition
        {
            Name = Text(root, "", "name", required: true),
            Title = Localized(root, "", "title"),
            Description = Localized(root, "", "description"),
            MqType = TextOr(root, "", "mqType", GroupBrokers.Default),
            MqConfig = settings ?? [],
            Topics = List(root, "topics", GroupLimits.GroupsMax, ReadTopic),
            Groups = List(root, "groups", GroupLimits.GroupsMax, ReadGroup),
        };
    }

    private GroupTopic ReadTopic(JsonObject topic, string pointer)
    {
        CheckFields(topic, pointer, "name", "serializer", "lengthMax", "chunkRowsMax", "chunkBytesMax", "deliveriesMax");
        string name = Text(topic, pointer, "name", required: true);
        var usual = new GroupTopic { Name = name };
        return usual with
        {
            Serializer = TextOr(topic, pointer, "serializer", usual.Serializer),
            LengthMax = Whole(topic, pointer, "lengthMax") ?? usual.LengthMax,
            ChunkRowsMax = Whole(topic, pointer, "chunkRowsMax") ?? usual.ChunkRowsMax,
            ChunkBytesMax = Whole(topic, pointer, "chunkBytesMax") ?? usual.ChunkBytesMax,
            DeliveriesMax = Whole(topic, pointer, "deliveriesMax") ?? usual.DeliveriesMax,
        };
    }

    private ProcessGroup ReadGroup(JsonObject group, string pointer)
    {
        CheckFields(group, pointer, "id", "name", "replicas", "threads", "shards", "inputQueue", "outputQueue", "placement", "nodes");
        string placement = TextOr(group, pointer, "placement", "runners");
        if (placement is not ("runners" or "processes" or "oneRunner"))
        {
            Add("GROUPS_JSON_MALFORMED", $"{pointer}/placement", $"Expected \"runners\", \"processes\" or \"oneRunner\", got \"{placement}\".");
        }

        return new ProcessGroup
        {
            Id = Text(group, pointer, "id", required: true),
            Name = Text(group, pointer, "name", required: false),
            Replicas = Whole(group, pointer, "replicas") ?? 1,
            Threads = Whole(group, pointer, "threads") ?? 1,
            Shards = Whole(group, pointer, "shards"),
            InputQueue = Text(group, pointer, "inputQueue", required: false),
            OutputQueue = Text(group, pointer, "outputQueue", required: false),
            Placement = placement switch
            {
                "processes" => GroupPlacement.Processes,
                "oneRunner" => GroupPlacement.OneRunner,
                _ => GroupPlacement.Runners,
            },
            Nodes = List(group, pointer, "nodes", GroupLimits.NodesMax, ReadNode),
        };
    }

    private string TextOr(JsonObject obj, string pointer, string name, string otherwise)
    {
        string text = Text(obj, pointer, name, required: false);
        return text.Length > 0 ? text : otherwise;
    }

    private int? Whole(JsonObject obj, string pointer, string name)
    {
        double? number = Number(obj, pointer, name);
        if (number is { } value && (Math.Floor(value) != value || Math.Abs(value) > int.MaxValue))
        {
            Add("GROUPS_JSON_MALFORMED", $"{pointer}/{name}", "Expected an integer.");
            return null;
        }

        return (int?)number;
    }
}

using System.Text.Json.Nodes;

namespace EasyQuant.Flow;

/// <summary>Checks the node list of one group: known types that can stream, each at its place, with parameters that fit and queues that agree.</summary>
internal sealed class GroupChainCheck(GroupsDefinition definition, ProcessGroup group, string pointer, INodeDefinitions catalog, FlowErrorList errors)
{
    public void Check()
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < group.Nodes.Count; i++)
        {
            WorkflowNode node = group.Nodes[i];
            if (!FlowNames.IsIdentifier(node.Id))
            {
                Add("NAME_INVALID", node, i, "/id", $"The id of a node must match [A-Za-z_][A-Za-z0-9_-]{{0,62}}, got '{node.Id}'.");
            }

            if (!ids.Add(node.Id))
            {
                Add("DUPLICATE_NODE_ID", node, i, "/id", $"There are two nodes '{node.Id}' in group '{group.Id}'.");
            }

            CheckNode(node, i);
        }

        CheckEnds();
    }

    private void CheckNode(WorkflowNode node, int index)
    {
        if (!catalog.TryGetDefinition(node.Type, out NodeDefinition? type))
        {
            Add("UNKNOWN_NODE_TYPE", node, index, "/type", $"There is no node type '{node.Type}'.");
            return;
        }

        if (type.StreamRole == StreamRole.None)
        {
            Add("NODE_CANNOT_STREAM", node, index, "/type", $"The node type '{node.Type}' runs in workflows only; a process group needs nodes that stream.");
            return;
        }

        if (node.Retry is not null || node.Timeout is not null)
        {
            Add("NODE_CANNOT_STREAM", node, index, "", "A node of a process group has no retry and no timeout: chunks are delivered again as their topic says.");
        }

        SchemaValidator.Validate(type.ParametersSchema, node.Params, $"{Place(index)}/params", Name(node), allowExpressions: false, errors);
        foreach ((string name, JsonNode? value) in node.Params)
        {
            if (!JsonTemplate.Compile(value, new List<(string, string)>()).IsConstant)
            {
                Add("EXPRESSION_INVALID", node, index, $"/params/{JsonPointer.Escape(name)}", "Parameters of a process group are constants; write the value.");
            }
        }

        CheckPlace(node, type, index);
        CheckQueue(node, index);
    }

    private void CheckPlace(WorkflowNode node, NodeDefinition type, int index)
    {
        bool isFirst = index == 0;
        bool isLast = index == group.Nodes.Count - 1;
        bool fits = type.StreamRole switch
        {
            StreamRole.Source => isFirst && (group.InputQueue.Length == 0 || node.Type == GroupChain.ConsumerType),
            StreamRole.Sink => isLast && (group.OutputQueue.Length == 0 || node.Type == GroupChain.ProducerType),
            _ => true,
        };
        if (!fits)
        {
            Add(
                "NODE_PLACE_INVALID", node, index, "",
                type.StreamRole == StreamRole.Source
                    ? $"'{node.Type}' is a source: it stands first, in a group without an input queue (or it is {GroupChain.ConsumerType})."
                    : $"'{node.Type}' is a sink: it stands last, in a group without an output queue (or it is {GroupChain.ProducerType}).");
        }
    }

    private void CheckQueue(WorkflowNode node, int index)
    {
        bool isConsumer = node.Type == GroupChain.ConsumerType;
        if (!isConsumer && node.Type != GroupChain.ProducerType)
        {
            return;
        }

        string queue = isConsumer ? group.InputQueue : group.OutputQueue;
        string field = isConsumer ? "inputQueue" : "outputQueue";
        if (queue.Length == 0)
        {
            Add("QUEUE_MISSING", node, index, "", $"Group '{group.Id}' has a {node.Type} but no {field}.");
            return;
        }

        if (GroupChain.Text(node, "topic") is { Length: > 0 } topic && topic != queue)
        {
            Add("QUEUE_MISMATCH", node, index, "/params/topic", $"The {field} of group '{group.Id}' is '{queue}', the node says '{topic}'.");
        }

        string parameter = isConsumer ? "deserializer" : "serializer";
        string expected = definition.Topic(queue).Serializer;
        if (GroupChain.Text(node, parameter) is { Length: > 0 } serializer && serializer != expected)
        {
            Add("SERIALIZER_MISMATCH", node, index, $"/params/{parameter}", $"The topic '{queue}' carries {expected}, the node says {serializer}.");
        }
    }

    private void CheckEnds()
    {
        IReadOnlyList<WorkflowNode> chain = GroupChain.Of(group);
        if (RoleOf(chain, 0) is { } first && first != StreamRole.Source)
        {
            errors.Add("GROUP_SOURCE_MISSING", group.Id, $"{pointer}/nodes", $"Group '{group.Id}' starts with no source: give it an inputQueue, or a source such as CsvLoader as its first node.");
        }

        if (RoleOf(chain, chain.Count - 1) is { } last && last != StreamRole.Sink)
        {
            errors.Add("GROUP_SINK_MISSING", group.Id, $"{pointer}/nodes", $"Group '{group.Id}' ends with no sink: give it an outputQueue, or a sink such as DbSave as its last node.");
        }
    }

    // Unknown types are reported once, as such.
    private StreamRole? RoleOf(IReadOnlyList<WorkflowNode> chain, int index) =>
        chain.Count == 0 ? StreamRole.None
        : chain[index].Type == GroupChain.ConsumerType ? StreamRole.Source
        : chain[index].Type == GroupChain.ProducerType ? StreamRole.Sink
        : catalog.TryGetDefinition(chain[index].Type, out NodeDefinition? type) && type.StreamRole != StreamRole.None ? type.StreamRole
        : null;

    private string Name(WorkflowNode node) => $"{group.Id}/{node.Id}";

    private string Place(int index) => $"{pointer}/nodes/{index}";

    private void Add(string reason, WorkflowNode node, int index, string below, string message) =>
        errors.Add(reason, Name(node), Place(index) + below, message);
}

using System.Text.Json.Nodes;

namespace EasyQuant.Flow;

/// <summary>The whole chain of a group: what was written, with the consumer and the producer at its ends when they were left out.</summary>
public static class GroupChain
{
    /// <summary>Node type that reads a topic.</summary>
    public const string ConsumerType = "MQConsumer";

    /// <summary>Node type that writes a topic.</summary>
    public const string ProducerType = "MQProducer";

    /// <summary>Id of a consumer that was left out.</summary>
    public const string ConsumerId = "consume";

    /// <summary>Id of a producer that was left out.</summary>
    public const string ProducerId = "produce";

    /// <summary>Returns the nodes in order: source, transforms, sink.</summary>
    /// <param name="group">A group; it need not be valid.</param>
    public static IReadOnlyList<WorkflowNode> Of(ProcessGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        var chain = new List<WorkflowNode>(group.Nodes.Count + 2);
        if (group.InputQueue.Length > 0 && !(group.Nodes.Count > 0 && group.Nodes[0].Type == ConsumerType))
        {
            chain.Add(Made(ConsumerId, ConsumerType));
        }

        chain.AddRange(group.Nodes);
        if (group.OutputQueue.Length > 0 && !(group.Nodes.Count > 0 && group.Nodes[^1].Type == ProducerType))
        {
            chain.Add(Made(ProducerId, ProducerType));
        }

        return chain;
    }

    /// <summary>Returns the consumer group of a group on its input topic: the parameter <c>group</c> of its consumer, or its id.</summary>
    /// <param name="group">A group.</param>
    public static string ConsumerGroup(ProcessGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        return group.Nodes.Count > 0 && group.Nodes[0].Type == ConsumerType && Text(group.Nodes[0], "group") is { Length: > 0 } name ? name : group.Id;
    }

    /// <summary>Returns a text parameter, or null.</summary>
    internal static string? Text(WorkflowNode node, string parameter) =>
        node.Params[parameter] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static WorkflowNode Made(string id, string type) => new() { Id = id, Type = type, Params = [] };
}

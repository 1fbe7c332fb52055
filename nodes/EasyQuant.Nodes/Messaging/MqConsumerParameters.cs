using EasyQuant.Flow;

namespace EasyQuant.Nodes.Messaging;

/// <summary>Parameters of <see cref="MqConsumerNode"/>.</summary>
public sealed record MqConsumerParameters
{
    /// <summary>Topic; empty (default) for the group's input queue, and nothing else is allowed.</summary>
    [Title("Topic", "主题")]
    [TextLength(0, 40)]
    public string Topic { get; init; } = "";

    /// <summary>Consumer group: every one sees the whole topic. Default empty: the id of the process group.</summary>
    [Title("Consumer group", "消费组")]
    [TextPattern("^([a-z0-9][a-z0-9_-]{0,62})?$")]
    public string Group { get; init; } = "";

    /// <summary>Serializer that is expected; empty (default) for the topic's.</summary>
    [Title("Deserializer", "反序列化")]
    [TextLength(0, 20)]
    public string Deserializer { get; init; } = "";
}

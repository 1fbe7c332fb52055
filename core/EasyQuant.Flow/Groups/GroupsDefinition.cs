using System.Text.Json.Nodes;

namespace EasyQuant.Flow;

/// <summary>Process groups with the topics between them, format <c>easyquant/groups/1</c>; what a ProcessScheduler starts. Immutable.</summary>
public sealed record GroupsDefinition
{
    /// <summary>Name, unique in the project: <c>[a-z0-9][a-z0-9._-]{0,39}</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Title for people, or null.</summary>
    public LocalizedText? Title { get; init; }

    /// <summary>What it does, for people, or null.</summary>
    public LocalizedText? Description { get; init; }

    /// <summary>Broker of all topics: one of <see cref="GroupBrokers.All"/>. Default RabbitMQ.</summary>
    public string MqType { get; init; } = GroupBrokers.Default;

    /// <summary>Settings of the broker. Known: <c>prefetch</c>, chunks that one thread holds at a time, 1 to 300, default 8.</summary>
    public JsonObject MqConfig { get; init; } = [];

    /// <summary>Topics with settings of their own; a queue that is not among them has the defaults.</summary>
    public IReadOnlyList<GroupTopic> Topics { get; init; } = [];

    /// <summary>The groups, 1 to <see cref="GroupLimits.GroupsMax"/>.</summary>
    public IReadOnlyList<ProcessGroup> Groups { get; init; } = [];

    /// <summary>Chunks that one thread holds at a time, from <see cref="MqConfig"/>.</summary>
    public int Prefetch => MqConfig["prefetch"] is JsonValue value && value.TryGetValue(out int prefetch) ? prefetch : 8;

    /// <summary>Returns the settings of a queue: as declared, or the defaults.</summary>
    /// <param name="queue">Name of the topic.</param>
    public GroupTopic Topic(string queue) =>
        Topics.FirstOrDefault(topic => string.Equals(topic.Name, queue, StringComparison.Ordinal)) ?? new GroupTopic { Name = queue };
}

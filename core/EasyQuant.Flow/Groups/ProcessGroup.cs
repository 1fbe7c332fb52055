namespace EasyQuant.Flow;

/// <summary>One process group of a definition: the same chain of nodes, executed by several replicas. Immutable.</summary>
public sealed record ProcessGroup
{
    /// <summary>Id, unique in the definition: <c>[a-z0-9][a-z0-9_-]{0,21}</c>. It is also the consumer group on its input topic.</summary>
    public required string Id { get; init; }

    /// <summary>Name for people. Default empty: the id.</summary>
    public string Name { get; init; } = "";

    /// <summary>Runs that a start makes, 1 to <see cref="GroupLimits.ReplicasMax"/>. Default 1; a start can be scaled later.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>Chains that one replica works on at a time, 1 to <see cref="GroupLimits.ThreadsMax"/>. Default 1.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Fixed shares of a source's input, 1 to <see cref="GroupLimits.ShardsMax"/>. Default <see cref="GroupLimits.ShardsDefault"/>; null (0 in JSON is an error) for a group that reads a topic.</summary>
    public int? Shards { get; init; }

    /// <summary>Topic that it reads; empty for a group that starts with a source of its own.</summary>
    public string InputQueue { get; init; } = "";

    /// <summary>Topic that it writes; empty for a group that ends with a sink of its own.</summary>
    public string OutputQueue { get; init; } = "";

    /// <summary>Where its replicas run. Default on any Runner.</summary>
    public GroupPlacement Placement { get; init; }

    /// <summary>The chain in order: source, transforms, sink. <c>MQConsumer</c> and <c>MQProducer</c> may be left out at its ends.</summary>
    public IReadOnlyList<WorkflowNode> Nodes { get; init; } = [];
}

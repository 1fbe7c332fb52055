namespace EasyQuant.Messaging;

/// <summary>A consumer's queue. Immutable.</summary>
public sealed record QueueDefinition
{
    /// <summary>Name of the queue, for example <c>scheduler.run-events</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What flows into it. Empty for <see cref="Topology.RunQueue"/>, which <see cref="Topology"/> declares itself.</summary>
    public IReadOnlyList<QueueBinding> Bindings { get; init; } = [];

    /// <summary>Ready messages that it holds; publishing to a full queue is refused. Default 100,000.</summary>
    public int LengthMax { get; init; } = 100_000;
}

namespace EasyQuant.Messaging;

/// <summary>What a consumer takes and how much of it at once.</summary>
public sealed class ConsumerOptions
{
    /// <summary>The queue; declared by the consumer.</summary>
    public required QueueDefinition Queue { get; init; }

    /// <summary>Messages held without an answer, 1 to 1,000. Default 16.</summary>
    public ushort PrefetchMax { get; init; } = 16;

    /// <summary>Messages handled at once, 1 to 64. Default 1: in the order of the queue.</summary>
    public ushort ConcurrencyMax { get; init; } = 1;
}

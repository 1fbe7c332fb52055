namespace EasyQuant.Persistence.Messages;

/// <summary>A message that waits in the outbox for the broker. Immutable.</summary>
public sealed record OutboxMessage
{
    /// <summary>Id of the message: deterministic, so a transaction that is executed again writes the same message.</summary>
    public required Guid MessageId { get; init; }

    /// <summary>Exchange to publish to.</summary>
    public required string Exchange { get; init; }

    /// <summary>Routing key.</summary>
    public required string RoutingKey { get; init; }

    /// <summary>Full name of the protobuf message in the body.</summary>
    public required string Type { get; init; }

    /// <summary>Project that the message belongs to.</summary>
    public required string ProjectId { get; init; }

    /// <summary>The protobuf message.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Id of the run that the message is about; empty for none.</summary>
    public string CorrelationId { get; init; } = "";

    /// <summary>W3C traceparent of the work that wrote the message; empty for none.</summary>
    public string TraceParent { get; init; } = "";

    /// <summary>Whether the broker must have a queue for it: when not, the message stays in the outbox. Default false.</summary>
    public bool IsMandatory { get; init; }
}

namespace EasyQuant.Messaging;

/// <summary>A message to publish: the protobuf bytes and what the AMQP properties carry. Immutable.</summary>
public sealed record OutgoingMessage
{
    /// <summary>Id of the message; the same for every attempt to publish it.</summary>
    public required Guid MessageId { get; init; }

    /// <summary>Exchange to publish to.</summary>
    public required string Exchange { get; init; }

    /// <summary>Routing key.</summary>
    public required string RoutingKey { get; init; }

    /// <summary>Full name of the protobuf message in the body.</summary>
    public required string Type { get; init; }

    /// <summary>Project that the message belongs to.</summary>
    public required string ProjectId { get; init; }

    /// <summary>The protobuf message. Not changed until the publish has ended.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Id of the run that the message is about; empty for none.</summary>
    public string CorrelationId { get; init; } = "";

    /// <summary>W3C traceparent to continue; empty takes the current activity.</summary>
    public string TraceParent { get; init; } = "";

    /// <summary>Whether a queue must receive it. Default true.</summary>
    public bool IsMandatory { get; init; } = true;
}

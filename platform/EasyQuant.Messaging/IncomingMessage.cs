namespace EasyQuant.Messaging;

/// <summary>A delivered message. The body is valid until the handler has returned.</summary>
public sealed record IncomingMessage
{
    /// <summary>Id that the publisher gave it; empty when it gave none.</summary>
    public required string MessageId { get; init; }

    /// <summary>Full name of the protobuf message in the body; empty when the publisher gave none.</summary>
    public required string Type { get; init; }

    /// <summary>Routing key that it was published with.</summary>
    public required string RoutingKey { get; init; }

    /// <summary>Project header; a hint only: the receiver looks the project up. Empty when there is none.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Run that the message is about; empty when none.</summary>
    public required string CorrelationId { get; init; }

    /// <summary>W3C traceparent of the publisher; empty when none.</summary>
    public required string TraceParent { get; init; }

    /// <summary>Whether the broker has delivered it before.</summary>
    public required bool IsRedelivered { get; init; }

    /// <summary>The protobuf message.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }
}

using EasyQuant.Messaging.Chunks;

namespace EasyQuant.Messaging.Topics;

/// <summary>A chunk in the hands of one consumer until it is acked, returned or rejected. It may come twice, late and in any order.</summary>
public sealed class TopicDelivery
{
    internal TopicDelivery(object tag) => Tag = tag;

    /// <summary>Id of the message, the same at every delivery; empty when the sender gave none.</summary>
    public required string MessageId { get; init; }

    /// <summary>The chunk; null when the bytes are none, see <see cref="Error"/>.</summary>
    public Chunk? Chunk { get; init; }

    /// <summary>Why there is no chunk: park it at once. Null when there is one.</summary>
    public ChunkException? Error { get; init; }

    /// <summary>Key of the chunk, from the message id when the chunk itself cannot be read; null when unknown.</summary>
    public ChunkKey? Key => Chunk?.Key ?? (ChunkKey.TryParse(MessageId, out ChunkKey key) ? key : null);

    /// <summary>
    /// The broker's word for why it has given the chunk up, for example <c>delivery_limit</c>: it was given out more often than <see cref="TopicDefinition.RedeliveriesMax"/>. Such a
    /// chunk is not to be tried: park it, then ack; it comes until then. Null for any other.
    /// </summary>
    public string? GivenUp { get; init; }

    /// <summary>Times that it was given out before: 0 for the first time. Grows with every return and with every death of a holder.</summary>
    public required int RedeliveryCount { get; init; }

    /// <summary>Bytes of the whole message.</summary>
    public required int ByteCount { get; init; }

    /// <summary>The bytes of a message that is no chunk, at most the largest message that the consumer takes; empty when <see cref="Chunk"/> is there.</summary>
    public ReadOnlyMemory<byte> RawBody { get; init; }

    /// <summary>Project header; a hint only. Empty when there is none.</summary>
    public string ProjectId { get; init; } = "";

    /// <summary>Run that sent it; empty when none.</summary>
    public string RunId { get; init; } = "";

    /// <summary>W3C traceparent of the sender; empty when none.</summary>
    public string TraceParent { get; init; } = "";

    internal object Tag { get; }
}

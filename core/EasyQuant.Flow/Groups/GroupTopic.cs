namespace EasyQuant.Flow;

/// <summary>A topic of a process-group definition: what carries chunks from one group to others. Immutable.</summary>
public sealed record GroupTopic
{
    /// <summary>Name that groups write as <c>inputQueue</c> and <c>outputQueue</c>; unique in the definition.</summary>
    public required string Name { get; init; }

    /// <summary>How rows are written: <c>protobuf</c> (default), <c>json</c>, <c>msgpack</c> or <c>arrow</c>.</summary>
    public string Serializer { get; init; } = GroupSerializers.Default;

    /// <summary>Chunks that may wait in each consumer group's queue, 1 to <see cref="GroupLimits.LengthMax"/>. Default 1,000. Producers wait beyond.</summary>
    public int LengthMax { get; init; } = 1_000;

    /// <summary>Most rows of a chunk, 1 to <see cref="GroupLimits.ChunkRowsMax"/>; larger ones are split. Default 65,536.</summary>
    public int ChunkRowsMax { get; init; } = 65_536;

    /// <summary>Most bytes of a chunk's columns, 1,024 to <see cref="GroupLimits.ChunkBytesMax"/>; larger ones are split. Default 8 MiB.</summary>
    public int ChunkBytesMax { get; init; } = 8 << 20;

    /// <summary>Deliveries after which a chunk that cannot be handled is parked, 1 to <see cref="GroupLimits.DeliveriesMax"/>. Default 5.</summary>
    public int DeliveriesMax { get; init; } = 5;
}

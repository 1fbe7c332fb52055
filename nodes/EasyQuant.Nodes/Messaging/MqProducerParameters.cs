using EasyQuant.Flow;

namespace EasyQuant.Nodes.Messaging;

/// <summary>Parameters of <see cref="MqProducerNode"/>.</summary>
public sealed record MqProducerParameters
{
    /// <summary>Topic; empty (default) for the group's output queue, and nothing else is allowed.</summary>
    [Title("Topic", "主题")]
    [TextLength(0, 40)]
    public string Topic { get; init; } = "";

    /// <summary>Most rows of a chunk; 0 (default) for the topic's bound. Larger chunks are split.</summary>
    [Title("Rows of a chunk", "每块行数")]
    [Bounds(0, GroupLimits.ChunkRowsMax)]
    public int BatchSize { get; init; }

    /// <summary>Serializer; empty (default) for the topic's, and nothing else is allowed.</summary>
    [Title("Serializer", "序列化")]
    [TextLength(0, 20)]
    public string Serializer { get; init; } = "";
}

namespace EasyQuant.Flow;

/// <summary>What a node type can be in the chain of a process group. The numbers are those of the wire.</summary>
public enum StreamRole
{
    /// <summary>It cannot stream.</summary>
    None = 0,

    /// <summary>It starts a chain: reads chunks of a shard, or of a topic.</summary>
    Source,

    /// <summary>It stands in the middle: makes one chunk of one chunk.</summary>
    Transform,

    /// <summary>It ends a chain: makes each chunk durable once.</summary>
    Sink,
}

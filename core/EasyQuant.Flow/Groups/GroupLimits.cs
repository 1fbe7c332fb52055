namespace EasyQuant.Flow;

/// <summary>Bounds of process-group definitions; both ends are allowed.</summary>
public static class GroupLimits
{
    /// <summary>Groups, and topics, of a definition.</summary>
    public const int GroupsMax = 50;

    /// <summary>Nodes of one group.</summary>
    public const int NodesMax = 100;

    /// <summary>Replicas of one group.</summary>
    public const int ReplicasMax = 100;

    /// <summary>Threads of one replica.</summary>
    public const int ThreadsMax = 64;

    /// <summary>Shards of one source.</summary>
    public const int ShardsMax = 1_000;

    /// <summary>Shards of a source that says nothing.</summary>
    public const int ShardsDefault = 8;

    /// <summary>Characters of the name of a definition or a topic.</summary>
    public const int NameLengthMax = 40;

    /// <summary>Characters of a group's id.</summary>
    public const int IdLengthMax = 22;

    /// <summary>Most rows of a chunk.</summary>
    public const int ChunkRowsMax = 1_000_000;

    /// <summary>Most bytes of a chunk.</summary>
    public const int ChunkBytesMax = 16 << 20;

    /// <summary>Most waiting chunks of a queue.</summary>
    public const int LengthMax = 1_000_000;

    /// <summary>Most deliveries of one chunk.</summary>
    public const int DeliveriesMax = 1_000;
}

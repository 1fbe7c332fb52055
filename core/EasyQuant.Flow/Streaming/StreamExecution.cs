namespace EasyQuant.Flow;

/// <summary>Surroundings of one lane of a process group. Immutable but for the counters; thread-safe.</summary>
public sealed class StreamExecution
{
    private StageMeter[] _meters = [];
    private long _errorCount;

    /// <summary>Creates the surroundings of a lane.</summary>
    /// <param name="run">What the run of the replica knows about itself.</param>
    /// <param name="services">What the host lends.</param>
    /// <param name="group">The group.</param>
    /// <param name="shard">Shard of a source, counted from 0; 0 for a lane that reads a topic.</param>
    /// <param name="shardCount">Shards of the source, at least 1.</param>
    public StreamExecution(RunContext run, NodeServices services, ProcessGroup group, int shard, int shardCount)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(group);
        ArgumentOutOfRangeException.ThrowIfNegative(shard);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(shard, shardCount);
        Run = run;
        Services = services;
        Group = group;
        Shard = shard;
        ShardCount = shardCount;
    }

    /// <summary>What the run of the replica knows about itself.</summary>
    public RunContext Run { get; }

    /// <summary>What the host lends.</summary>
    public NodeServices Services { get; }

    /// <summary>The group.</summary>
    public ProcessGroup Group { get; }

    /// <summary>Shard to read, counted from 0.</summary>
    public int Shard { get; }

    /// <summary>Shards in all.</summary>
    public int ShardCount { get; }

    /// <summary>Failures of single chunks so far, counting each attempt.</summary>
    public long ErrorCount => Interlocked.Read(ref _errorCount);

    /// <summary>What the nodes of the chain have done so far, in order; none before the lane runs.</summary>
    public IReadOnlyList<StageCounts> Stages => Array.ConvertAll(Volatile.Read(ref _meters), meter => meter.Counts);

    /// <summary>Makes the meters of a chain.</summary>
    /// <param name="count">Nodes of the chain.</param>
    internal StageMeter[] Measure(int count)
    {
        StageMeter[] meters = new StageMeter[count];
        for (int i = 0; i < count; i++)
        {
            meters[i] = new StageMeter();
        }

        Volatile.Write(ref _meters, meters);
        return meters;
    }

    /// <summary>Counts a failure of a chunk.</summary>
    public void CountError() => Interlocked.Increment(ref _errorCount);
}

namespace EasyQuant.Scheduling;

/// <summary>A worker as placement sees it.</summary>
public sealed record WorkerCandidate
{
    /// <summary>Name; breaks ties, so that the same pool gives the same choice.</summary>
    public required string Name { get; init; }

    /// <summary>Region, or empty.</summary>
    public string Region { get; init; } = "";

    /// <summary>Labels by key.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Node types it can execute.</summary>
    public IReadOnlySet<string> NodeTypes { get; init; } = new HashSet<string>();

    /// <summary>Most runs at a time; at least 1.</summary>
    public required int Capacity { get; init; }

    /// <summary>Runs being executed.</summary>
    public int RunningCount { get; init; }

    /// <summary>Share of the processors in use, 0 to 1.</summary>
    public double CpuRatio { get; init; }

    /// <summary>Resident memory of the worker in bytes, 0 or more.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Whether it takes work: connected and not draining.</summary>
    public bool IsAvailable { get; init; } = true;
}

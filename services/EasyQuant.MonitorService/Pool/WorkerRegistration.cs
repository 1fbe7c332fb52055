namespace EasyQuant.MonitorService.Pool;

/// <summary>What a worker says about itself.</summary>
internal sealed record WorkerRegistration
{
    public required string WorkerId { get; init; }

    public required string Name { get; init; }

    public required string Host { get; init; }

    public int ProcessId { get; init; }

    public string Version { get; init; } = "";

    public string Region { get; init; } = "";

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public required int Capacity { get; init; }

    public IReadOnlyList<string> NodeTypes { get; init; } = [];
}

namespace EasyQuant.Scheduling;

/// <summary>What a piece of work needs of a worker.</summary>
public sealed record PlacementRequest
{
    /// <summary>Region that is preferred, or empty.</summary>
    public string Region { get; init; } = "";

    /// <summary>Whether workers of other regions are refused.</summary>
    public bool IsRegionRequired { get; init; }

    /// <summary>Labels that the worker must carry with these values.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Node types that the worker must be able to execute.</summary>
    public IReadOnlyList<string> NodeTypes { get; init; } = [];
}

namespace EasyQuant.EndToEnd;

/// <summary>How a test starts the platform.</summary>
public sealed record PlatformSettings
{
    /// <summary>Whether the dashboard starts, when it can be had.</summary>
    public bool WithDashboard { get; init; }

    /// <summary>Further arguments of the AppHost.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Environment variables for every start of a process, by resource; the function is asked at each start.</summary>
    public IReadOnlyDictionary<string, Func<IReadOnlyDictionary<string, string>>> Environment { get; init; } =
        new Dictionary<string, Func<IReadOnlyDictionary<string, string>>>();
}

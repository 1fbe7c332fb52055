namespace EasyQuant.Nodes.Hosting;

/// <summary>What the door to HTTP servers allows.</summary>
public sealed record HttpDoorOptions
{
    /// <summary>
    /// Servers that may be called although their address is not public, each as <c>host:port</c> exactly as it stands in a URL, for example
    /// <c>127.0.0.1:8080</c> or <c>data.example.internal:443</c>; at most 1,000. Default none: only public addresses.
    /// </summary>
    public IReadOnlyList<string> AllowedEndpoints { get; init; } = [];

    /// <summary>Connections to one server at a time, 1 to 1,000. Default 16.</summary>
    public int ConnectionsMax { get; init; } = 16;

    /// <summary>Longest wait for a turn at a server, because of the caller's rate or the server's Retry-After. Default 2 minutes.</summary>
    public TimeSpan TurnTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Longest Retry-After that is kept; a longer one counts as this. Default 1 minute.</summary>
    public TimeSpan RetryAfterMax { get; init; } = TimeSpan.FromMinutes(1);
}

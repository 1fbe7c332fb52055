namespace EasyQuant.Testing;

/// <summary>What a proxy does to the bytes of all its connections. Immutable; the default lets everything through.</summary>
public sealed record ProxyRules
{
    /// <summary>Wait before each piece is passed on, in both directions.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Bytes a second of each direction of a connection; 0 (default) for no limit.</summary>
    public int BytesPerSecond { get; init; }

    /// <summary>Swallows what clients send: the connection looks alive and is not. A connection that lost bytes so stays silent when the rule is gone.</summary>
    public bool SwallowsRequests { get; init; }

    /// <summary>Swallows what the server answers, likewise.</summary>
    public bool SwallowsReplies { get; init; }

    /// <summary>Resets a new connection at once.</summary>
    public bool Refuses { get; init; }

    /// <summary>A request that contains these bytes reaches the server; its reply is swallowed and the connection reset. Empty (default) for none.</summary>
    public ReadOnlyMemory<byte> CutAfter { get; init; }

    /// <summary>Share of such requests that are cut, 0 to 1. Default 1.</summary>
    public double CutShare { get; init; } = 1;
}

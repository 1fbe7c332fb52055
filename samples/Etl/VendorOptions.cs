namespace EasyQuant.Samples.Etl;

/// <summary>How a <see cref="VendorServer"/> behaves.</summary>
public sealed record VendorOptions
{
    /// <summary>Port on the loopback address. Required.</summary>
    public required int Port { get; init; }

    /// <summary>The clock of the rate limit. Required.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Symbols that it lists, 1 to 5,000. Default 5,000.</summary>
    public int SymbolCount { get; init; } = 5_000;

    /// <summary>Bars of a symbol, 1 to 1,000. Default 20.</summary>
    public int BarCount { get; init; } = 20;

    /// <summary>Shortest time of an answer in milliseconds. Default 5.</summary>
    public int DelayMin { get; init; } = 5;

    /// <summary>Longest time of an answer in milliseconds. Default 60.</summary>
    public int DelayMax { get; init; } = 60;

    /// <summary>About one request in so many fails, at least 1. Default 8.</summary>
    public int FailOneIn { get; init; } = 8;

    /// <summary>Requests a second beyond which it refuses. Default 200.</summary>
    public int RequestsPerSecondMax { get; init; } = 200;

    /// <summary>Requests after which it refuses one, however slowly they come; 0 (default) for no such quota.</summary>
    public int QuotaMax { get; init; }

    /// <summary>Answers at the same time; more wait. Default 16.</summary>
    public int ConnectionsMax { get; init; } = 16;

    /// <summary>Seed of delays and failures. Default 1.</summary>
    public long Seed { get; init; } = 1;
}

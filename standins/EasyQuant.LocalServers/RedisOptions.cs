namespace EasyQuant.LocalServers;

/// <summary>Settings of a private Redis server. Immutable.</summary>
public sealed record RedisOptions
{
    /// <summary>Directory of this server alone; made when missing. Its parents must be open (mode x) to the server's account.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Port on 127.0.0.1.</summary>
    public required int Port { get; init; }

    /// <summary>Password of the clients; no white space or quotes.</summary>
    public required string Password { get; init; }

    /// <summary>Where the server's programs are looked for; the usual places and PATH by default.</summary>
    public Programs Programs { get; init; } = Programs.OfMachine;
}

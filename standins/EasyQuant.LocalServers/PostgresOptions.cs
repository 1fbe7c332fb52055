namespace EasyQuant.LocalServers;

/// <summary>Settings of a private PostgreSQL. Immutable.</summary>
public sealed record PostgresOptions
{
    /// <summary>Directory of this server alone; made when missing. Its parents must be open (mode x) to the server's account.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>TCP port on 127.0.0.1.</summary>
    public required int Port { get; init; }

    /// <summary>Superuser; <c>postgres</c> by default.</summary>
    public string UserName { get; init; } = "postgres";

    /// <summary>The superuser's password (scram-sha-256). An existing data directory keeps the password it was made with.</summary>
    public required string Password { get; init; }

    /// <summary>False makes writes faster and a power cut fatal: for tests that keep nothing. True by default.</summary>
    public bool Fsync { get; init; } = true;

    /// <summary>Connections allowed at once; 300 by default.</summary>
    public int ConnectionsMax { get; init; } = 300;

    /// <summary>Shared buffers in MiB; 256 by default.</summary>
    public int SharedBuffersMiB { get; init; } = 256;

    /// <summary>Longest time between two checkpoints, whole seconds from 30 s to a day; 5 minutes by default. A start after a crash writes again what came after the last one but one.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Where the server's programs are looked for; the usual places and PATH by default.</summary>
    public Programs Programs { get; init; } = Programs.OfMachine;
}

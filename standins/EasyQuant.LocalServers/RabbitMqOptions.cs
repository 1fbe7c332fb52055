namespace EasyQuant.LocalServers;

/// <summary>Settings of a private RabbitMQ node. Immutable.</summary>
public sealed record RabbitMqOptions
{
    /// <summary>Directory of this node alone; made when missing. Its parents must be open (mode x) to the server's account.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>AMQP port on 127.0.0.1.</summary>
    public required int Port { get; init; }

    /// <summary>Port of the node's own Erlang port mapper (epmd) on 127.0.0.1.</summary>
    public required int EpmdPort { get; init; }

    /// <summary>Port of Erlang's distribution on 127.0.0.1.</summary>
    public required int DistributionPort { get; init; }

    /// <summary>Port of the management plugin's HTTP on 127.0.0.1; null leaves the plugin out.</summary>
    public int? ManagementPort { get; init; }

    /// <summary>Seconds between two signs of life on a connection, 1 to 600; a connection that is silent for two of them is dead. Default 10.</summary>
    public int HeartbeatSeconds { get; init; } = 10;

    /// <summary>Administrator; <c>guest</c> by default.</summary>
    public string UserName { get; init; } = "guest";

    /// <summary>The administrator's password. An existing data directory keeps the password it was made with.</summary>
    public required string Password { get; init; }

    /// <summary>Where the server's programs are looked for; the usual places and PATH by default.</summary>
    public Programs Programs { get; init; } = Programs.OfMachine;
}

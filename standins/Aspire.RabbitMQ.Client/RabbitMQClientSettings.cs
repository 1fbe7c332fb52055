namespace Aspire.RabbitMQ.Client;

/// <summary>Settings of a RabbitMQ connection; section <c>Aspire:RabbitMQ:Client</c> and <c>Aspire:RabbitMQ:Client:{connection name}</c>.</summary>
public sealed class RabbitMQClientSettings
{
    /// <summary>The address, <c>amqp://user:password@host:port</c>; <c>ConnectionStrings:{connection name}</c> wins over it.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>How often a refused first connection is tried again, 1 s, 2 s, 4 s ... apart; 5 by default.</summary>
    public int MaxConnectRetryCount { get; set; } = 5;

    /// <summary>Leaves the health check out; false by default.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Leaves the spans out; false by default.</summary>
    public bool DisableTracing { get; set; }
}

using System.ComponentModel.DataAnnotations;

namespace EasyQuant.Messaging;

/// <summary>Bounds of the clients towards the brokers; section <c>Broker</c>. Immutable.</summary>
public sealed class BrokerOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Broker";

    /// <summary>Longest time for a connection attempt or a broker command; 100 ms to 1 min, 4 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>
    /// Longest wait for a confirm, whose outcome is then unknown, and for an answer to be sent. A frozen broker is silent for half a minute otherwise; 100 ms to 1 min,
    /// 5 s by default.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan ConfirmTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a consumer asks RabbitMQ whether it still knows it; 100 ms to 5 min, 5 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan WatchdogInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>AMQP heartbeat; 1 s to 5 min, 10 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Messages published and not yet confirmed, over all callers; 1 to 10,000, 512 by default.</summary>
    [Range(1, 10_000)]
    public int WindowMax { get; init; } = 512;

    /// <summary>Longest wait between two attempts to reach the broker; 100 ms to 1 min, 2 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan ReconnectDelayMax { get; init; } = TimeSpan.FromSeconds(2);
}

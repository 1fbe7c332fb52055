namespace EasyQuant.Messaging;

/// <summary>Bounds of the client towards the broker.</summary>
public sealed class BrokerOptions
{
    /// <summary>Longest time for a connection attempt or a broker command. Default 4 s.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Longest wait for a confirm. A frozen broker is silent for half a minute otherwise. Default 5 s.</summary>
    public TimeSpan ConfirmTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>AMQP heartbeat. Default 10 s.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Messages published and not yet confirmed, over all callers, 1 to 10,000. Default 512.</summary>
    public int WindowMax { get; init; } = 512;

    /// <summary>Longest wait between two attempts to reach the broker. Default 2 s.</summary>
    public TimeSpan ReconnectDelayMax { get; init; } = TimeSpan.FromSeconds(2);
}

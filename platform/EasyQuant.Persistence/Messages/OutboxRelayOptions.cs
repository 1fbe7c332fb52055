namespace EasyQuant.Persistence.Messages;

/// <summary>How an outbox is emptied.</summary>
public sealed class OutboxRelayOptions
{
    /// <summary>Messages taken in one transaction, 1 to 10,000. Default 500.</summary>
    public int BatchSizeMax { get; init; } = 500;

    /// <summary>Longest time until messages written by another process are seen. Default 250 ms.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Wait after the first failed attempt of a message; doubles with each further one. Default 200 ms.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest wait between two attempts of a message. Default 5 s.</summary>
    public TimeSpan RetryDelayMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest wait between two attempts to reach a broker that is away; the first wait is an eighth of it. Default 1 s.</summary>
    public TimeSpan AwayDelayMax { get; init; } = TimeSpan.FromSeconds(1);
}

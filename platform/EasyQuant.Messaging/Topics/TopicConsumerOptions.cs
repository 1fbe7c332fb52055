namespace EasyQuant.Messaging.Topics;

/// <summary>Bounds of a consumer. Immutable.</summary>
public sealed record TopicConsumerOptions
{
    /// <summary>Chunks held without an answer, 1 to 1,000. Default 8. Take 1 after a crash: the chunk that ends the process is then known by itself.</summary>
    public ushort PrefetchMax { get; init; } = 8;

    /// <summary>Most bytes of a chunk's payload; larger ones are delivered as undecodable. Default 8 MiB.</summary>
    public int PayloadBytesMax { get; init; } = 8 * 1024 * 1024;

    /// <summary>
    /// Time after which the chunks of a member that gives no sign of life go to others, where the broker does not notice by itself (Redis), 1 s to 1 h. Default 30 s.
    /// A living member keeps what it holds, however long it works.
    /// </summary>
    public TimeSpan MemberTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Checks the bounds.</summary>
    /// <exception cref="TopicException"><see cref="TopicException.Invalid"/>.</exception>
    public void Validate()
    {
        if (PrefetchMax is < 1 or > 1000)
        {
            throw new TopicException(TopicException.Invalid, $"Consumer: `prefetch_max` must be 1 to 1000, was {PrefetchMax}.");
        }

        if (PayloadBytesMax is < 1024 or > 128 * 1024 * 1024)
        {
            throw new TopicException(TopicException.Invalid, $"Consumer: `payload_bytes_max` must be 1 KiB to 128 MiB, was {PayloadBytesMax}.");
        }

        if (MemberTimeout < TimeSpan.FromSeconds(1) || MemberTimeout > TimeSpan.FromHours(1))
        {
            throw new TopicException(TopicException.Invalid, $"Consumer: `member_timeout` must be 1 s to 1 h, was {MemberTimeout}.");
        }
    }
}

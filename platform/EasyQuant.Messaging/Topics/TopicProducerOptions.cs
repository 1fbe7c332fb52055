namespace EasyQuant.Messaging.Topics;

/// <summary>What a producer stamps on its messages, and its bounds. Immutable.</summary>
public sealed record TopicProducerOptions
{
    /// <summary>Project that the data belong to.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Run that produces; empty for none.</summary>
    public string RunId { get; init; } = "";

    /// <summary>Chunks sent and not yet confirmed, 1 to 1,024; sending more waits. Default 64.</summary>
    public int WindowMax { get; init; } = 64;

    /// <summary>Checks the bounds.</summary>
    /// <exception cref="TopicException"><see cref="TopicException.Invalid"/>.</exception>
    public void Validate()
    {
        if (WindowMax is < 1 or > 1024)
        {
            throw new TopicException(TopicException.Invalid, $"Producer: `window_max` must be 1 to 1024, was {WindowMax}.");
        }
    }
}

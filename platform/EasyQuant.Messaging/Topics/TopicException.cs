namespace EasyQuant.Messaging.Topics;

/// <summary>A topic cannot be used as asked.</summary>
/// <param name="reason">Reason for programs, one of the constants.</param>
/// <param name="message">What is wrong and what was expected.</param>
/// <param name="innerException">What the broker's client said; null for none.</param>
public sealed class TopicException(string reason, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>A name or a bound is outside of what is allowed.</summary>
    public const string Invalid = "TOPIC_INVALID";

    /// <summary>The broker has the queue or the exchange with other settings, which cannot be changed later.</summary>
    public const string Conflict = "TOPIC_CONFLICT";

    /// <summary>The broker cannot be reached or does not answer.</summary>
    public const string BrokerUnavailable = "TOPIC_BROKER_UNAVAILABLE";

    /// <summary>No transport has the name that <c>mq_type</c> says.</summary>
    public const string KindUnknown = "TOPIC_KIND_UNKNOWN";

    /// <summary>A chunk was not confirmed within the time that the writer was given.</summary>
    public const string SendTimeout = "TOPIC_SEND_TIMEOUT";

    /// <summary>Reason for programs.</summary>
    public string Reason { get; } = reason;
}

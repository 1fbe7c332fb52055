namespace EasyQuant.Messaging.Topics;

/// <summary>The transports that a program was given, by the name that <c>mq_type</c> uses. Each is made at its first use. Thread-safe.</summary>
/// <param name="factories">Makes the transport of each name.</param>
public sealed class TopicTransports(IReadOnlyDictionary<string, Func<ITopicTransport>> factories) : IAsyncDisposable
{
    private readonly Dictionary<string, Lazy<ITopicTransport>> _transports =
        factories.ToDictionary(pair => pair.Key, pair => new Lazy<ITopicTransport>(pair.Value), StringComparer.Ordinal);

    /// <summary>The names, ordered.</summary>
    public IReadOnlyList<string> Kinds => [.. _transports.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The transport of a name.</summary>
    /// <param name="kind">Value of <c>mq_type</c>.</param>
    /// <exception cref="TopicException"><see cref="TopicException.KindUnknown"/>; the message lists the names.</exception>
    public ITopicTransport Get(string kind) =>
        _transports.TryGetValue(kind ?? "", out Lazy<ITopicTransport>? transport)
            ? transport.Value
            : throw new TopicException(TopicException.KindUnknown, $"`mq_type` must be one of {string.Join(", ", Kinds)}, was '{kind}'.");

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (Lazy<ITopicTransport> transport in _transports.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value))
        {
            if (transport.IsValueCreated)
            {
                await transport.Value.DisposeAsync();
            }
        }
    }
}

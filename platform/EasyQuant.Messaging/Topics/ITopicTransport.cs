namespace EasyQuant.Messaging.Topics;

/// <summary>
/// A broker that carries topics: the port behind <c>mq_type</c>. What every implementation must hold is the contract suite
/// <c>TopicTransportContract</c>; docs/operations/queues.md says how to add one. Thread-safe. Disposing closes its connections.
/// </summary>
public interface ITopicTransport : IAsyncDisposable
{
    /// <summary>Name in definitions, for example <c>rabbitmq</c>.</summary>
    string Kind { get; }

    /// <summary>Asserts the topic and the queue of every group. Repeatable.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="TopicException"><see cref="TopicException.Invalid"/>, <see cref="TopicException.Conflict"/> when it exists with other bounds, <see cref="TopicException.BrokerUnavailable"/>.</exception>
    Task DeclareAsync(TopicDefinition topic, CancellationToken cancellationToken);

    /// <summary>Deletes the queues of all groups with what is in them. Repeatable.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="TopicException"><see cref="TopicException.BrokerUnavailable"/>.</exception>
    Task DeleteAsync(TopicDefinition topic, CancellationToken cancellationToken);

    /// <summary>What waits for each group, in the order of the definition.</summary>
    /// <param name="topic">A declared topic.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="TopicException"><see cref="TopicException.BrokerUnavailable"/>.</exception>
    Task<IReadOnlyList<TopicDepth>> GetDepthsAsync(TopicDefinition topic, CancellationToken cancellationToken);

    /// <summary>Declares the topic and opens a producer.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="options">Stamps and bounds.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="TopicException">As <see cref="DeclareAsync"/>.</exception>
    Task<ITopicProducer> OpenProducerAsync(TopicDefinition topic, TopicProducerOptions options, CancellationToken cancellationToken);

    /// <summary>Declares the topic and subscribes as a member of a group.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="group">One of its groups.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="TopicException">As <see cref="DeclareAsync"/>.</exception>
    Task<ITopicConsumer> OpenConsumerAsync(TopicDefinition topic, string group, TopicConsumerOptions options, CancellationToken cancellationToken);
}

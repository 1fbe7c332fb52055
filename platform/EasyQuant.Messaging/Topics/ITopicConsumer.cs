namespace EasyQuant.Messaging.Topics;

/// <summary>
/// One member of a consumer group. The group sees every chunk of the topic at least once; its members share them. What the broker gives up comes too, see <see cref="TopicDelivery.GivenUp"/>. Comes back by itself after the
/// broker died, the channel was closed or the queue was deleted; chunks that it held are then given out again. One caller polls; answers may come from any thread.
/// Disposing closes it: what it holds goes to other members.
/// </summary>
public interface ITopicConsumer : IAsyncDisposable
{
    /// <summary>Name of the topic.</summary>
    string Topic { get; }

    /// <summary>Name of the consumer group.</summary>
    string Group { get; }

    /// <summary>Whether the broker delivers to it at the moment.</summary>
    bool IsConnected { get; }

    /// <summary>Takes the next chunk.</summary>
    /// <param name="timeout">Longest wait; zero looks once.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The chunk; null when none came in time.</returns>
    Task<TopicDelivery?> PollAsync(TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>Done: its effects are durable. The broker forgets it.</summary>
    /// <param name="delivery">A delivery of this consumer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when the delivery is no longer this member's, or the broker did not answer: the chunk may come again.</returns>
    Task<bool> AckAsync(TopicDelivery delivery, CancellationToken cancellationToken);

    /// <summary>Not now: some member gets it again, with a higher redelivery count. The caller waits before it polls on.</summary>
    /// <param name="delivery">A delivery of this consumer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False as in <see cref="AckAsync"/>.</returns>
    Task<bool> ReturnAsync(TopicDelivery delivery, CancellationToken cancellationToken);
}

using EasyQuant.Messaging.Chunks;

namespace EasyQuant.Messaging.Topics;

/// <summary>
/// Sends chunks to one topic. Calls may overlap; chunks go out in the order of the calls of one thread as long as the window has room and the connection stands. Beyond it calls wait, and are let in, in any order.
/// Disposing closes it: sends that are under way end as unknown.
/// </summary>
public interface ITopicProducer : IAsyncDisposable
{
    /// <summary>Name of the topic.</summary>
    string Topic { get; }

    /// <summary>Sends a chunk and waits for the confirm. Ends within the confirm time-out plus the time to connect, whatever the broker does. Sending the same chunk again is harmless.</summary>
    /// <param name="chunk">The chunk; its payload must not change until the call has ended.</param>
    /// <param name="cancellationToken">Ends the wait for room in the window, and the wait for the confirm: the outcome is then unknown.</param>
    /// <returns>What became of it. Never throws for a fault of the broker.</returns>
    /// <exception cref="OperationCanceledException">Cancelled before anything was sent.</exception>
    Task<SendOutcome> SendAsync(Chunk chunk, CancellationToken cancellationToken);
}

using EasyQuant.Messaging.Topics;
using EasyQuant.Persistence;

namespace EasyQuant.Nodes.Messaging;

/// <summary>
/// A transport that waits for a broker that cannot be reached instead of failing: a replica that starts, or ends, while the broker restarts must not end the
/// whole start. Gives up after <see cref="Patience"/>. Thread-safe.
/// </summary>
/// <param name="inner">The transport of the host, which keeps it.</param>
/// <param name="time">Clock of the waits.</param>
/// <param name="onWait">Told before each wait what the broker lacks, for a person.</param>
internal sealed class PatientTransport(ITopicTransport inner, TimeProvider time, Action<string> onWait) : ITopicTransport
{
    /// <summary>How long the broker may be away: 10 min.</summary>
    public static readonly TimeSpan Patience = TransientRetry.OutageMax;

    private static readonly TimeSpan s_delay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_delayMax = TimeSpan.FromSeconds(2);

    public string Kind => inner.Kind;

    public Task DeclareAsync(TopicDefinition topic, CancellationToken cancellationToken) =>
        WaitAsync(() => DoneAsync(inner.DeclareAsync(topic, cancellationToken)), cancellationToken);

    public Task DeleteAsync(TopicDefinition topic, CancellationToken cancellationToken) =>
        WaitAsync(() => DoneAsync(inner.DeleteAsync(topic, cancellationToken)), cancellationToken);

    public Task<IReadOnlyList<TopicDepth>> GetDepthsAsync(TopicDefinition topic, CancellationToken cancellationToken) =>
        WaitAsync(() => inner.GetDepthsAsync(topic, cancellationToken), cancellationToken);

    public Task<ITopicProducer> OpenProducerAsync(TopicDefinition topic, TopicProducerOptions options, CancellationToken cancellationToken) =>
        WaitAsync(() => inner.OpenProducerAsync(topic, options, cancellationToken), cancellationToken);

    public Task<ITopicConsumer> OpenConsumerAsync(TopicDefinition topic, string group, TopicConsumerOptions options, CancellationToken cancellationToken) =>
        WaitAsync(() => inner.OpenConsumerAsync(topic, group, options, cancellationToken), cancellationToken);

    // The transport belongs to the host.
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<bool> DoneAsync(Task work)
    {
        await work;
        return true;
    }

    private async Task<T> WaitAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        long began = time.GetTimestamp();
        TimeSpan delay = s_delay;
        while (true)
        {
            try
            {
                return await work();
            }
            catch (TopicException e) when (e.Reason == TopicException.BrokerUnavailable && time.GetElapsedTime(began) < Patience)
            {
                onWait($"The broker is away ({e.Message}); the step goes on when it is back.");
                await Task.Delay(delay, time, cancellationToken);
                delay = delay * 2 < s_delayMax ? delay * 2 : s_delayMax;
            }
        }
    }
}

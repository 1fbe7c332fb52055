using RabbitMQ.Client;

namespace EasyQuant.Messaging;

/// <summary>What a <see cref="ConsumerLoop"/> consumes.</summary>
internal sealed record ConsumerLoopSettings
{
    public required string Queue { get; init; }

    public required ushort PrefetchMax { get; init; }

    public required ushort ConcurrencyMax { get; init; }

    /// <summary>Whether a queue that the broker cannot start may be deleted with what is in it.</summary>
    public required bool IsReplaceable { get; init; }

    /// <summary>Called when the broker did not answer in time; others that talk to it may want to know. Default nothing.</summary>
    public Action OnSilence { get; init; } = static () => { };

    /// <summary>Declares the queue and what it is bound to.</summary>
    public required Func<IChannel, CancellationToken, Task> Declare { get; init; }
}

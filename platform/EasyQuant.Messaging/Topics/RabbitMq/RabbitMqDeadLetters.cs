using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace EasyQuant.Messaging.Topics.RabbitMq;

/// <summary>
/// Looks into the dead queue of a group, every <see cref="BrokerOptions.WatchdogInterval"/>, and hands over what is there, one message at a time: it leaves the queue when it was
/// acknowledged. Works beside the consumer on its connection; a fault here costs a channel and nothing else.
/// </summary>
/// <param name="connection">Of the consumer.</param>
/// <param name="queue">The dead queue; whoever declares the topic declares it.</param>
/// <param name="broker">Bounds towards the broker.</param>
/// <param name="take">Takes a message; what it returns ends when the message was answered.</param>
/// <param name="logger">Log.</param>
internal sealed partial class RabbitMqDeadLetters(
    BrokerConnection connection, string queue, BrokerOptions broker, Func<IChannel, BasicGetResult, Task> take, ILogger logger)
{
    private readonly ILogger _logger = logger;

    /// <summary>Looks until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        IChannel? channel = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                channel = channel is { IsOpen: true } ? channel : await OpenAsync(cancellationToken);
                while (await channel.BasicGetAsync(queue, autoAck: false, cancellationToken).WaitAsync(broker.CommandTimeout, cancellationToken) is { } letter)
                {
                    await AnswerAsync(channel, take(channel, letter), cancellationToken);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception exception) when (MessagePublisher.IsFaultOfBroker(exception))
            {
                // No queue: its topic has ended, or a person has deleted it; what comes then goes to the queue for persons.
                LogFailed(queue, exception is OperationInterruptedException { ShutdownReason.ReplyCode: Constants.NotFound } ? "it is gone" : MessagePublisher.CauseOf(exception));
                _ = channel is null ? Task.CompletedTask : BrokerConnection.CloseQuietlyAsync(channel);
                channel = null;
            }

            await Task.Delay(broker.WatchdogInterval, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (channel is not null)
        {
            await BrokerConnection.CloseQuietlyAsync(channel);
        }
    }

    private async Task<IChannel> OpenAsync(CancellationToken cancellationToken)
    {
        IConnection open = await connection.GetAsync(cancellationToken);
        return await open.CreateChannelAsync(null, cancellationToken).WaitAsync(broker.CommandTimeout, cancellationToken);
    }

    // A channel that breaks gives the message back to the broker; nobody answers it then.
    private async Task AnswerAsync(IChannel channel, Task answered, CancellationToken cancellationToken)
    {
        while (!answered.IsCompleted && channel.IsOpen)
        {
            await Task.WhenAny(answered, Task.Delay(broker.WatchdogInterval, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    [LoggerMessage(173, LogLevel.Debug, "The dead letters in {Queue} cannot be read yet ({Cause}); they are looked for again.")]
    private partial void LogFailed(string queue, string cause);
}

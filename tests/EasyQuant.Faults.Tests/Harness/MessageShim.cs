using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace EasyQuant.Faults.Harness;

/// <summary>
/// Consumes a queue beside its real consumers, changes what it gets and puts it back: duplicates, another order, broken bytes. A message is acknowledged only
/// when all that takes its place is confirmed, so the shim itself loses nothing. Not thread-safe.
/// </summary>
internal sealed class MessageShim : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly string _queue;
    private readonly int _window;
    private readonly Func<IReadOnlyList<Message>, IAsyncEnumerable<Message>> _change;
    private readonly List<(ulong Tag, Message Message)> _held = [];
    private readonly SemaphoreSlim _gate = new(1, 1);
    private bool _isOver;

    private MessageShim(IConnection connection, IChannel channel, string queue, int window, Func<IReadOnlyList<Message>, IAsyncEnumerable<Message>> change)
    {
        _connection = connection;
        _channel = channel;
        _queue = queue;
        _window = window;
        _change = change;
    }

    /// <summary>Messages that were taken and put back, in whatever form.</summary>
    public int ChangedCount { get; private set; }

    /// <summary>Begins to take messages of a queue.</summary>
    /// <param name="bed">Where.</param>
    /// <param name="queue">The queue.</param>
    /// <param name="window">Messages that are changed together.</param>
    /// <param name="change">What takes their place, in order; asked for the next once the broker has taken one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<MessageShim> StartAsync(
        FaultBed bed, string queue, int window, Func<IReadOnlyList<Message>, IAsyncEnumerable<Message>> change, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory { Uri = new Uri(bed.BrokerUri), AutomaticRecoveryEnabled = false };
        while (true)
        {
            IConnection connection = await factory.CreateConnectionAsync(cancellationToken);
            try
            {
                IChannel channel = await OpenAsync(connection, cancellationToken);
                await channel.QueueDeclarePassiveAsync(queue, cancellationToken);
                var shim = new MessageShim(connection, channel, queue, window, change);
                await channel.BasicQosAsync(0, (ushort)window, global: false, cancellationToken);
                var consumer = new AsyncEventingBasicConsumer(channel);
                consumer.ReceivedAsync += (_, delivery) => shim.OnDeliveryAsync(delivery);
                await channel.BasicConsumeAsync(queue, autoAck: false, consumer, cancellationToken);
                return shim;
            }
            catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
            {
                // The stream has not begun and the broker closed the channel, or its queue is being made and it closed the connection (541).
                await connection.DisposeAsync();
                await Task.Delay(50, cancellationToken);
            }
        }
    }

    /// <summary>Puts back what is held and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync();
        try
        {
            _isOver = true;
        }
        finally
        {
            _gate.Release();
        }

        // What was not acknowledged goes back to the queue as it was.
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
        _gate.Dispose();
    }

    private static Task<IChannel> OpenAsync(IConnection connection, CancellationToken cancellationToken) =>
        connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellationToken);

    private async Task OnDeliveryAsync(BasicDeliverEventArgs delivery)
    {
        await _gate.WaitAsync();
        try
        {
            if (_isOver)
            {
                return;
            }

            _held.Add((delivery.DeliveryTag, new Message(new BasicProperties(delivery.BasicProperties), delivery.Body.ToArray())));
            if (_held.Count >= _window)
            {
                await foreach (Message message in _change([.. _held.Select(held => held.Message)]))
                {
                    await _channel.BasicPublishAsync("", _queue, mandatory: true, message.Properties, message.Body);
                }

                ChangedCount += _held.Count;
                await _channel.BasicAckAsync(_held[^1].Tag, multiple: true);
                _held.Clear();
            }
        }
        catch (RabbitMQ.Client.Exceptions.PublishException)
        {
            // The queue is full: what is held stays unacknowledged and goes back as it was when the shim ends.
            _isOver = true;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>A message with its properties.</summary>
    internal sealed record Message(BasicProperties Properties, byte[] Body);
}

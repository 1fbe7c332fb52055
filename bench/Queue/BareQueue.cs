using System.Diagnostics;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace EasyQuant.Bench.Queue;

/// <summary>The reference: RabbitMQ.Client as its own documentation uses it, with the settings that topics have.</summary>
internal static class BareQueue
{
    public static async Task<double> RunAsync(ConnectionFactory factory, string queue, byte[] body, int count, CancellationToken cancellationToken)
    {
        await using IConnection publishing = await factory.CreateConnectionAsync(cancellationToken);
        await using IConnection consuming = await factory.CreateConnectionAsync(cancellationToken);
        await using IChannel publisher = await publishing.CreateChannelAsync(new CreateChannelOptions(true, true, null), cancellationToken);
        await using IChannel receiver = await consuming.CreateChannelAsync(null, cancellationToken);
        var arguments = new Dictionary<string, object?>
        {
            ["x-queue-type"] = "quorum",
            ["x-delivery-limit"] = 20,
            ["x-max-length"] = 100_000,
            ["x-max-length-bytes"] = 1L << 30,
            ["x-overflow"] = "reject-publish",
        };
        await publisher.ExchangeDeclareAsync("bench.data", ExchangeType.Topic, durable: true, cancellationToken: cancellationToken);
        await publisher.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellationToken);
        await publisher.QueueBindAsync(queue, "bench.data", queue, cancellationToken: cancellationToken);
        await receiver.BasicQosAsync(0, QueueBench.WindowMax, global: false, cancellationToken);
        var consumer = new AsyncEventingBasicConsumer(receiver);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int received = 0;
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            await receiver.BasicAckAsync(delivery.DeliveryTag, multiple: false, cancellationToken);
            if (++received == count)
            {
                done.TrySetResult();
            }
        };
        await receiver.BasicConsumeAsync(queue, autoAck: false, consumer, cancellationToken);

        long start = Stopwatch.GetTimestamp();
        using var window = new SemaphoreSlim(QueueBench.WindowMax, QueueBench.WindowMax);
        var sends = new Task[count];
        for (int i = 0; i < count; i++)
        {
            await window.WaitAsync(cancellationToken);
            sends[i] = SendAsync(publisher, window, queue, body, i);
        }

        await Task.WhenAll(sends);
        await done.Task.WaitAsync(TimeSpan.FromSeconds(60), cancellationToken);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        await QueueBench.UntilQuietAsync(cancellationToken);
        await publisher.QueueDeleteAsync(queue, cancellationToken: cancellationToken);
        return count / elapsed.TotalSeconds;
    }

    private static async Task SendAsync(IChannel channel, SemaphoreSlim window, string queue, byte[] body, int number)
    {
        try
        {
            var properties = new BasicProperties { Persistent = true, MessageId = $"s/0/{number}", Headers = new Dictionary<string, object?> { ["project"] = "default" } };
            await channel.BasicPublishAsync("bench.data", queue, mandatory: true, properties, body, CancellationToken.None);
        }
        finally
        {
            window.Release();
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using EasyQuant.LocalServers;
using EasyQuant.Messaging;
using EasyQuant.Messaging.Chunks;
using EasyQuant.Messaging.Topics;
using EasyQuant.Messaging.Topics.RabbitMq;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;

namespace EasyQuant.Bench.Queue;

/// <summary>
/// Producer and consumer of a topic against RabbitMQ.Client alone at the same settings: quorum queue, confirms, window and prefetch 128, one ack a message.
/// Both are measured in turns on one private broker; a round lasts from the first publish to the last ack.
/// </summary>
public static class QueueBench
{
    internal const int WindowMax = 128;
    private const int Rounds = 5;

    /// <summary>Prints ratio_1k and ratio_64k with the rates of both.</summary>
    /// <param name="args">None.</param>
    /// <param name="cancellationToken">Ends the measurement.</param>
    /// <returns>0.</returns>
    public static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        string directory = Directory.CreateTempSubdirectory("eq-queue-").FullName;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(directory, (UnixFileMode)0b111_101_101);
        }

        var server = new RabbitMqServer(new RabbitMqOptions
        {
            DataDirectory = Path.Combine(directory, "rabbitmq"), Port = FreePorts.Next(), EpmdPort = FreePorts.Next(),
            DistributionPort = FreePorts.Next(), Password = RandomNumberGenerator.GetHexString(32, lowercase: true),
        });
        await using (var host = new ServerHost(server, (_, _) => { }))
        {
            await host.StartAsync(cancellationToken);
            var factory = new ConnectionFactory { Uri = new Uri(server.Uri), AutomaticRecoveryEnabled = false };
            await MeasureAsync(factory, "1k", 1024, 20_000, cancellationToken);
            await MeasureAsync(factory, "64k", 64 * 1024, 2_000, cancellationToken);
            await host.KillAsync();
        }

        Directory.Delete(directory, recursive: true);
        return 0;
    }

    private static async Task MeasureAsync(ConnectionFactory factory, string name, int payloadBytes, int count, CancellationToken cancellationToken)
    {
        byte[] payload = RandomNumberGenerator.GetBytes(payloadBytes);
        var bare = new List<double>();
        var ours = new List<double>();
        for (int round = 0; round <= Rounds; round++)
        {
            double bareRate = await BareQueue.RunAsync(factory, $"bare.{name}.{round}", payload, count, cancellationToken);
            double ourRate = await TopicAsync(factory, $"topic-{name}-{round}", payload, count, cancellationToken);
            // The first round warms both up.
            if (round > 0)
            {
                bare.Add(bareRate);
                ours.Add(ourRate);
            }
        }

        double bareMedian = Median(bare);
        double ourMedian = Median(ours);
        BenchLine.Print("queue", $"rate_{name}", ourMedian, "messages/s", string.Create(CultureInfo.InvariantCulture, $"RabbitMQ.Client {bareMedian:0} messages/s"));
        BenchLine.Print("queue", $"ratio_{name}", ourMedian / bareMedian, "ratio", "RabbitMQ.Client at the same settings");
    }

    private static async Task<double> TopicAsync(ConnectionFactory factory, string name, byte[] payload, int count, CancellationToken cancellationToken)
    {
        var topic = new TopicDefinition { Name = name, Groups = ["g"], LengthMax = 100_000, BytesMax = 1L << 30 };
        await using var transport = new RabbitMqTopicTransport(factory, new BrokerOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        await using ITopicProducer producer = await transport.OpenProducerAsync(
            topic, new TopicProducerOptions { ProjectId = "default", WindowMax = WindowMax }, cancellationToken);
        await using ITopicConsumer consumer = await transport.OpenConsumerAsync(topic, "g", new TopicConsumerOptions { PrefetchMax = WindowMax }, cancellationToken);
        while (!consumer.IsConnected)
        {
            await Task.Delay(10, cancellationToken);
        }

        long start = Stopwatch.GetTimestamp();
        Task consuming = ConsumeAsync(consumer, count, cancellationToken);
        var sends = new Task<SendOutcome>[count];
        using var window = new SemaphoreSlim(WindowMax, WindowMax);
        for (int i = 0; i < count; i++)
        {
            await window.WaitAsync(cancellationToken);
            sends[i] = SendAsync(producer, window, payload, i, cancellationToken);
        }

        SendOutcome[] outcomes = await Task.WhenAll(sends);
        await consuming;
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        if (outcomes.Any(outcome => outcome != SendOutcome.Confirmed))
        {
            throw new InvalidOperationException("A chunk was not confirmed.");
        }

        await transport.DeleteAsync(topic, cancellationToken);
        return count / elapsed.TotalSeconds;
    }

    private static async Task<SendOutcome> SendAsync(ITopicProducer producer, SemaphoreSlim window, byte[] payload, int sequence, CancellationToken cancellationToken)
    {
        try
        {
            return await producer.SendAsync(
                new Chunk { Stream = "s", Shard = 0, Epoch = 1, Sequence = sequence, RowCount = 1, Encoding = ChunkEncoding.Protobuf, Payload = payload }, cancellationToken);
        }
        finally
        {
            window.Release();
        }
    }

    private static async Task ConsumeAsync(ITopicConsumer consumer, int count, CancellationToken cancellationToken)
    {
        for (int i = 0; i < count; i++)
        {
            TopicDelivery delivery = await consumer.PollAsync(TimeSpan.FromSeconds(60), cancellationToken) ?? throw new TimeoutException($"Chunk {i} did not come.");
            await consumer.AckAsync(delivery, cancellationToken);
        }
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}

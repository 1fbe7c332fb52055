using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using EasyQuant.Bench.Data;
using EasyQuant.Data;
using EasyQuant.LocalServers;
using EasyQuant.Messaging;
using EasyQuant.Messaging.Chunks;
using EasyQuant.Messaging.Topics;
using EasyQuant.Messaging.Topics.RabbitMq;
using EasyQuant.Messaging.Topics.Redis;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;

namespace EasyQuant.Bench.Queue;

/// <summary>
/// Producer and consumer of a topic against RabbitMQ.Client alone at the same settings: quorum queue, confirms, window and prefetch 64, one ack a message; the nodes
/// of process groups against the same; and on Redis against StackExchange.Redis alone with the same window. Both are measured in turns on one private broker; a round
/// lasts from the first publish to the last ack.
/// </summary>
public static class QueueBench
{
    internal const int WindowMax = 64;
    private const int Rounds = 5;

    // RabbitMQ 3.10 does not bear that a queue goes right after its traffic (ADR 0032).
    private static readonly TimeSpan s_quietTime = TimeSpan.FromSeconds(2);

    /// <summary>Prints ratio_1k and ratio_64k with the rates of both, then those of the nodes, nodes_ratio_1k and nodes_ratio_64k, and of Redis, redis_ratio_1k and redis_ratio_64k.</summary>
    /// <param name="args">Optional: <c>topics</c>, <c>nodes</c> or <c>redis</c> for those alone; default all.</param>
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
        await using (BenchPostgres postgres = await BenchPostgres.StartAsync(null, cancellationToken))
        await using (var host = new ServerHost(server, (_, _) => { }))
        {
            await host.StartAsync(cancellationToken);
            var factory = new ConnectionFactory { Uri = new Uri(server.Uri), AutomaticRecoveryEnabled = false };
            if (IsWanted(args, "topics"))
            {
                await MeasureRabbitMqAsync(factory, "1k", 1024, 20_000, cancellationToken);
                await MeasureRabbitMqAsync(factory, "64k", 64 * 1024, 6_000, cancellationToken);
            }

            if (IsWanted(args, "nodes"))
            {
                await using var nodes = new NodeQueue(postgres, factory);
                await MeasureNodesAsync(factory, nodes, "1k", 1024, 20_000, cancellationToken);
                await MeasureNodesAsync(factory, nodes, "64k", 64 * 1024, 6_000, cancellationToken);
            }

            await host.KillAsync();
        }

        if (IsWanted(args, "redis"))
        {
            await RedisAsync(Path.Combine(directory, "redis"), cancellationToken);
        }

        Directory.Delete(directory, recursive: true);
        return 0;
    }

    /// <summary>Waits until a queue may be deleted.</summary>
    internal static Task UntilQuietAsync(CancellationToken cancellationToken) => Task.Delay(s_quietTime, cancellationToken);

    private static bool IsWanted(string[] args, string part) => args.Length == 0 || args.Contains(part, StringComparer.Ordinal);

    private static async Task RedisAsync(string directory, CancellationToken cancellationToken)
    {
        string password = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var server = new RedisServer(new RedisOptions { DataDirectory = directory, Port = FreePorts.Next(), Password = password });
        string address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{server.Port},password={password}");
        await using var host = new ServerHost(server, (_, _) => { });
        await host.StartAsync(cancellationToken);
        await MeasureRedisAsync(address, "1k", 1024, 20_000, cancellationToken);
        await MeasureRedisAsync(address, "64k", 64 * 1024, 2_000, cancellationToken);
    }

    private static Task MeasureRabbitMqAsync(ConnectionFactory factory, string name, int bytes, int count, CancellationToken cancellationToken) => MeasureAsync(
        name, "RabbitMQ.Client", bytes,
        (queue, payload) => BareQueue.RunAsync(factory, queue, payload, count, cancellationToken),
        async (topic, payload) =>
        {
            await using var transport = new RabbitMqTopicTransport(factory, new BrokerOptions(), TimeProvider.System, NullLoggerFactory.Instance);
            return await TopicAsync(transport, topic, payload, count, cancellationToken);
        });

    private static Task MeasureRedisAsync(string address, string name, int bytes, int count, CancellationToken cancellationToken) => MeasureAsync(
        "redis_" + name, "StackExchange.Redis", bytes,
        (queue, payload) => BareRedis.RunAsync(address, queue, payload, count, cancellationToken),
        async (topic, payload) =>
        {
            await using var transport = new RedisTopicTransport(address, new BrokerOptions());
            return await TopicAsync(transport, topic, payload, count, cancellationToken);
        });

    // As many random float64 as fill the bytes; the message by hand is as long as the encoded chunk.
    private static Task MeasureNodesAsync(ConnectionFactory factory, NodeQueue nodes, string name, int bytes, int count, CancellationToken cancellationToken)
    {
        var random = new Random(7);
        double[] values = [.. Enumerable.Range(0, bytes / sizeof(double)).Select(_ => random.NextDouble())];
        var table = new Table([Float64Column.Create("value", values)]);
        return MeasureAsync(
            "nodes_" + name, "RabbitMQ.Client", NodeQueue.PayloadBytes(table),
            (queue, payload) => BareQueue.RunAsync(factory, queue, payload, count, cancellationToken),
            (topic, _) => nodes.RunAsync(topic, table, count, cancellationToken));
    }

    private static async Task MeasureAsync(
        string name, string reference, int payloadBytes, Func<string, byte[], Task<double>> measureBare, Func<string, byte[], Task<double>> measureTopic)
    {
        byte[] payload = RandomNumberGenerator.GetBytes(payloadBytes);
        var bare = new List<double>();
        var ours = new List<double>();
        for (int round = 0; round <= Rounds; round++)
        {
            double bareRate = await measureBare($"bare.{name}.{round}", payload);
            double ourRate = await measureTopic($"topic-{name.Replace('_', '-')}-{round}", payload);
            // The first round warms both up.
            if (round > 0)
            {
                bare.Add(bareRate);
                ours.Add(ourRate);
            }
        }

        double bareMedian = Median(bare);
        double ourMedian = Median(ours);
        int cut = name.LastIndexOf('_') + 1;
        (string kind, string size) = (name[..cut], name[cut..]);
        BenchLine.Print("queue", $"{kind}rate_{size}", ourMedian, "messages/s", string.Create(CultureInfo.InvariantCulture, $"{reference} {bareMedian:0} messages/s"));
        BenchLine.Print("queue", $"{kind}ratio_{size}", ourMedian / bareMedian, "ratio", $"{reference} at the same settings");
    }

    private static async Task<double> TopicAsync(ITopicTransport transport, string name, byte[] payload, int count, CancellationToken cancellationToken)
    {
        var topic = new TopicDefinition { Name = name, Groups = ["g"], LengthMax = 100_000, BytesMax = 1L << 30 };
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

        await UntilQuietAsync(cancellationToken);
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
        var acks = new Queue<Task<bool>>();
        for (int i = 0; i < count; i++)
        {
            TopicDelivery delivery = await consumer.PollAsync(TimeSpan.FromSeconds(60), cancellationToken) ?? throw new TimeoutException($"Chunk {i} did not come.");
            // As many at a time as the consumer may hold, like the reference.
            if (acks.Count >= WindowMax)
            {
                await acks.Dequeue();
            }

            acks.Enqueue(consumer.AckAsync(delivery, cancellationToken));
        }

        await Task.WhenAll(acks);
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}

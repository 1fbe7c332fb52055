using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;

namespace EasyQuant.Bench.Queue;

/// <summary>The reference on Redis: XADD, XREADGROUP, then XACK and XDEL, by StackExchange.Redis alone; no bounds, no keys, no claims of what dead members held.</summary>
internal static class BareRedis
{
    private const string Group = "g";

    public static async Task<double> RunAsync(string address, string stream, byte[] body, int count, CancellationToken cancellationToken)
    {
        await using ConnectionMultiplexer publishing = await ConnectionMultiplexer.ConnectAsync(address);
        await using ConnectionMultiplexer consuming = await ConnectionMultiplexer.ConnectAsync(address);
        IDatabase publisher = publishing.GetDatabase();
        await publisher.StreamCreateConsumerGroupAsync(stream, Group, "0");

        long start = Stopwatch.GetTimestamp();
        Task received = ConsumeAsync(consuming.GetDatabase(), stream, count, cancellationToken);
        using var window = new SemaphoreSlim(QueueBench.WindowMax, QueueBench.WindowMax);
        var sends = new Task[count];
        for (int i = 0; i < count; i++)
        {
            await window.WaitAsync(cancellationToken);
            sends[i] = SendAsync(publisher, window, stream, body, i);
        }

        await Task.WhenAll(sends);
        await received.WaitAsync(TimeSpan.FromSeconds(60), cancellationToken);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        await publisher.KeyDeleteAsync(stream);
        return count / elapsed.TotalSeconds;
    }

    private static async Task SendAsync(IDatabase database, SemaphoreSlim window, string stream, byte[] body, int number)
    {
        try
        {
            await database.StreamAddAsync(stream, [new("i", string.Create(CultureInfo.InvariantCulture, $"s/0/{number}")), new("p", "default"), new("b", body)]);
        }
        finally
        {
            window.Release();
        }
    }

    private static async Task ConsumeAsync(IDatabase database, string stream, int count, CancellationToken cancellationToken)
    {
        var acks = new Queue<Task>();
        for (int received = 0; received < count;)
        {
            StreamEntry[] entries = await database.StreamReadGroupAsync(stream, Group, "m", ">", QueueBench.WindowMax);
            if (entries.Length == 0)
            {
                await Task.Delay(1, cancellationToken);
            }

            received += entries.Length;
            foreach (StreamEntry entry in entries)
            {
                // One round trip each, as the topic answers each chunk, and as many at a time as it may hold.
                if (acks.Count >= QueueBench.WindowMax)
                {
                    await acks.Dequeue();
                }

                acks.Enqueue(Task.WhenAll(database.StreamAcknowledgeAsync(stream, Group, entry.Id), database.StreamDeleteAsync(stream, [entry.Id])));
            }
        }

        await Task.WhenAll(acks);
    }
}

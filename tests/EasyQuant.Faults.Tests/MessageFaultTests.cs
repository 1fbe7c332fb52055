using System.Globalization;
using System.Runtime.CompilerServices;
using EasyQuant.Faults.Harness;
using RabbitMQ.Client;

namespace EasyQuant.Faults;

/// <summary>Messages come twice, out of order, broken or not at all under L1 and L2; the numbers are those of the fault table.</summary>
[Collection(BedCollection.Name)]
[Trait(BedCollection.Suite, BedCollection.Bed)]
public sealed class MessageFaultTests(FaultBed bed) : IClassFixture<ShortLeases>, IAsyncLifetime
{
    private const int TriesMax = 4;
    private const string HintQueue = "easyquant.work.runs";

    // Sequences that a chunk of the source takes, see ChunkSplitter.
    private const long PiecesMax = 65_536;

    // The first try, which nobody had reason to note, and two noted ones, see PoisonPolicy.
    private const int TriedMax = 3;
    private const int LargeBytes = 64 * 1024 * 1024;
    private static readonly TimeSpan s_parkingMax = TimeSpan.FromSeconds(20);

    public Task InitializeAsync() => bed.BeginAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>F35: one to three of each.</summary>
    [Fact]
    [Trait("Fault", "F35")]
    public async Task Chunks_DeliveredUpToThreeTimes_AreSavedOnce() =>
        await ShimAsync(4, messages => messages.SelectMany(message => Enumerable.Repeat(message, 1 + bed.Random.Next(3))), LoadSize.Reordered, "keep");

    /// <summary>F36: shuffled within a window, for the group that appends and for the one that keeps the newest row of each symbol.</summary>
    [Fact]
    [Trait("Fault", "F36")]
    public async Task Chunks_Shuffled_AreSavedOnceAndTheNewestStay() => await ShimAsync(
        24,
        messages =>
        {
            MessageShim.Message[] shuffled = [.. messages];
            bed.Random.Shuffle(shuffled);
            return shuffled.ToAsyncEnumerable();
        },
        LoadSize.Reordered,
        "keep",
        "newest");

    /// <summary>
    /// F37: before chunks come truncated bytes, noise, nothing at all, another schema version, and once 64 MiB; each of them is parked once, with its reason, the
    /// others go on.
    /// </summary>
    [Fact]
    [Trait("Fault", "F37")]
    public async Task Chunks_BrokenCopiesBesideThem_AreParkedOnceEachAndTheRestIsSaved()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        Dictionary<string, string> injected = [];
        await ShimAsync(2, messages => BreakAsync(messages, injected, deadline.Token), LoadSize.Least, "keep");
        Assert.Equal(3, injected.Values.Distinct().Count());
        Assert.Equal(
            injected.Select(one => $"{one.Key} {one.Value} parked 1").Order(StringComparer.Ordinal),
            (await ParkedAsync(deadline.Token)).Order(StringComparer.Ordinal));
    }

    /// <summary>F38: a chunk that ends whatever process handles it; after three of them it is parked, and the chunks that were held beside it are saved.</summary>
    [Fact]
    [Trait("Fault", "F38")]
    public async Task Chunk_EndingEveryProcess_IsParkedAndTheOthersAreSaved()
    {
        await bed.Failpoints.ArmAsync(bed.Runners, string.Create(CultureInfo.InvariantCulture, $"stream.chunk.1-{3 * PiecesMax}:exit137:1"));
        int deaths = 0;
        string stream = "";
        LoadCheck check = await FaultRun.UnderLoadAsync(
            bed,
            async (load, cancellationToken) =>
            {
                stream = $"{load.StartId}.bars";
                // A reader that died with it sends its chunks again, the bad one among them.
                while (!await load.IsOverAsync(cancellationToken))
                {
                    foreach (ServiceProcess dead in bed.Runners.Where(runner => !runner.IsRunning))
                    {
                        deaths++;
                        await dead.StartAsync();
                    }

                    await Task.Delay(50, cancellationToken);
                }
            },
            deadChunks: () => 1,
            atOnce: true,
            size: LoadSize.Least);
        bed.Note(string.Create(CultureInfo.InvariantCulture, $"{deaths} deaths"));
        Assert.InRange(deaths, 1, TriedMax);
        Assert.Equal(1, check.DeadCount);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        Assert.Equal(
            [string.Create(CultureInfo.InvariantCulture, $"1 {3 * PiecesMax} CHUNK_ENDS_PROCESSES")],
            await bed.RowsAsync($"select concat_ws(' ', producer, sequence, reason) from data.eq_stream_parked where stream = '{stream}'", reader => reader.GetString(0), deadline.Token));
    }

    /// <summary>F43: the hint queue is unbound, so publishing comes back; the outbox keeps the hints and polling keeps the work going.</summary>
    [Fact]
    [Trait("Fault", "F43")]
    public Task HintQueue_Unbound_OutboxKeepsTheHints() => FaultRun.UnderLoadAsync(bed, async (load, cancellationToken) =>
    {
        await OnChannelAsync(channel => channel.QueueUnbindAsync(HintQueue, "easyquant.work", HintQueue, cancellationToken: cancellationToken));
        await EndToEnd.Poll.UntilAsync(
            "a hint that came back",
            async () => (await bed.ScalarAsync<long>("select count(*) from workflow.outbox where attempt_count > 0", cancellationToken) > 0, "none"),
            cancellationToken);
        await OnChannelAsync(channel => channel.QueueBindAsync(HintQueue, "easyquant.work", HintQueue, cancellationToken: cancellationToken));
    });

    /// <summary>F42, for queues of hints: an operator deletes it.</summary>
    [Fact]
    [Trait("Fault", "F42")]
    public Task HintQueue_Deleted_IsDeclaredAgain() =>
        FaultRun.UnderLoadAsync(bed, (_, cancellationToken) => OnChannelAsync(channel => channel.QueueDeleteAsync(HintQueue, ifUnused: false, ifEmpty: false, cancellationToken: cancellationToken)));

    /// <summary>F40: each Runner handles a chunk for longer than the broker waits for an answer; the channel is closed, the consumer is rebuilt while the stream goes on.</summary>
    [Fact]
    [Trait("Fault", "F40")]
    public async Task Consumer_ClosedByTheBrokerForWaiting_IsRebuilt()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await bed.Servers.EvaluateAsync("application:set_env(rabbit, consumer_timeout, 1500), application:set_env(rabbit, channel_tick_interval, 500)", deadline.Token);
        bed.Broker.ResetAll();
        // One chunk in five of a file is the first with such a number that a Runner meets.
        await bed.Failpoints.ArmAsync(bed.Runners, "*6:sleep:1");
        await FaultRun.UnderLoadAsync(bed, RebuildAsync, atOnce: true, size: LoadSize.Brief);
        await bed.Servers.EvaluateAsync("application:set_env(rabbit, consumer_timeout, 1800000), application:set_env(rabbit, channel_tick_interval, 60000)", deadline.Token);
        bed.Broker.ResetAll();
    }

    // What a Runner tells of the closed channel, and then all consumers of the queue again: two replicas of two threads.
    private async Task RebuildAsync(Load load, CancellationToken cancellationToken)
    {
        string queue = $"data.{load.StartId}.bars.keep";
        await EndToEnd.Poll.UntilAsync(
            "a channel that the broker closed", () => Task.FromResult((bed.HasHeard($"The consumer of {queue} was lost (PRECONDITION_FAILED - delivery acknowledgement"), bed.Story())), cancellationToken);
        bed.Note("closed");
        await OnChannelAsync(channel => EndToEnd.Poll.UntilAsync(
            "all consumers of the queue",
            async () =>
            {
                uint consumers = (await channel.QueueDeclarePassiveAsync(queue, cancellationToken)).ConsumerCount;
                return (consumers == 4, string.Create(CultureInfo.InvariantCulture, $"{consumers} consumers\n{bed.Story()}"));
            },
            cancellationToken));
        bed.Note("rebuilt");
        Assert.False(await load.IsOverAsync(cancellationToken), bed.Story());
    }

    // Broken copies of the first message, and the messages once those are parked: no chunk that is missing yet lets the stream end meanwhile.
    private async IAsyncEnumerable<MessageShim.Message> BreakAsync(
        IReadOnlyList<MessageShim.Message> messages, Dictionary<string, string> injected, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        MessageShim.Message first = messages[0];
        byte[] noise = new byte[700];
        bed.Random.NextBytes(noise);
        MessageShim.Message strange = Broken(first, first.Body);
        strange.Properties.Headers = new Dictionary<string, object?>(first.Properties.Headers ?? new Dictionary<string, object?>()) { ["schema-version"] = "2" };
        List<(MessageShim.Message Message, string Reason)> broken =
        [
            (Broken(first, noise), "CHUNK_CORRUPT"), (Broken(first, first.Body[..(first.Body.Length / 3)]), "CHUNK_CORRUPT"), (Broken(first, []), "CHUNK_CORRUPT"),
            (strange, "CHUNK_SCHEMA_UNKNOWN"),
        ];
        if (injected.Count == 0)
        {
            broken.Add((Broken(first, new byte[LargeBytes]), "CHUNK_TOO_LARGE"));
        }

        foreach ((MessageShim.Message message, string reason) in broken)
        {
            yield return message;
            // The broker has taken it.
            injected.Add(message.Properties.MessageId!, reason);
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_parkingMax);
        await EndToEnd.Poll.UntilAsync(
            "broken messages that are parked",
            async () => ((await ParkedAsync(patience.Token)).Count >= injected.Count, bed.Story(20)),
            patience.Token);
        foreach (MessageShim.Message message in messages)
        {
            yield return message;
        }
    }

    private Task<List<string>> ParkedAsync(CancellationToken cancellationToken) => bed.RowsAsync(
        "select concat_ws(' ', message_id, reason, state, park_count) from data.eq_stream_parked where not is_chunk", reader => reader.GetString(0), cancellationToken);

    private static MessageShim.Message Broken(MessageShim.Message source, byte[] body) =>
        new(new BasicProperties(source.Properties) { MessageId = Guid.NewGuid().ToString() }, body);

    private Task ShimAsync(int window, Func<IReadOnlyList<MessageShim.Message>, IEnumerable<MessageShim.Message>> change, LoadSize size, params string[] groups) =>
        ShimAsync(window, messages => change(messages).ToAsyncEnumerable(), size, groups);

    // The shims are there before the first chunk, so that they get their share.
    private async Task ShimAsync(int window, Func<IReadOnlyList<MessageShim.Message>, IAsyncEnumerable<MessageShim.Message>> change, LoadSize size, params string[] groups)
    {
        for (int i = 0; i < TriesMax; i++)
        {
            int changed = 0;
            await FaultRun.UnderLoadAsync(
                bed,
                async (load, cancellationToken) =>
                {
                    int[] counts = await Task.WhenAll(groups.Select(group => ShimAsync(load, group, window, change, cancellationToken)));
                    changed = counts.Min();
                },
                atOnce: true,
                size: size);
            if (changed > 0)
            {
                return;
            }
        }

        Assert.Fail($"In {TriesMax} loads a shim got no message.");
    }

    private async Task<int> ShimAsync(
        Load load, string group, int window, Func<IReadOnlyList<MessageShim.Message>, IAsyncEnumerable<MessageShim.Message>> change, CancellationToken cancellationToken)
    {
        MessageShim shim = await MessageShim.StartAsync(bed, $"data.{load.StartId}.bars.{group}", window, change, cancellationToken);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(3));
        // What the shim still holds in the end goes back as it was.
        while (shim.ChangedCount < window * 6 && !patience.IsCancellationRequested && !await load.IsOverAsync(cancellationToken))
        {
            await Task.Delay(20, CancellationToken.None);
        }

        await shim.DisposeAsync();
        bed.Note(string.Create(CultureInfo.InvariantCulture, $"{shim.ChangedCount} messages changed"));
        return shim.ChangedCount;
    }

    private async Task OnChannelAsync(Func<IChannel, Task> work)
    {
        var factory = new ConnectionFactory { Uri = new Uri(bed.BrokerUri), AutomaticRecoveryEnabled = false };
        await using IConnection connection = await factory.CreateConnectionAsync();
        await using IChannel channel = await connection.CreateChannelAsync();
        await work(channel);
    }
}

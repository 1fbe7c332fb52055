using EasyQuant.Faults.Harness;
using RabbitMQ.Client;

namespace EasyQuant.Faults;

/// <summary>Messages come twice, out of order, broken or not at all under L1 and L2; the numbers are those of the fault table.</summary>
[Collection(BedCollection.Name)]
public sealed class MessageFaultTests(FaultBed bed)
{
    private const string HintQueue = "easyquant.work.runs";

    /// <summary>F35: one to three of each.</summary>
    [Fact]
    [Trait("Fault", "F35")]
    public async Task Chunks_DeliveredUpToThreeTimes_AreSavedOnce() =>
        await ShimAsync(4, messages => messages.SelectMany(message => Enumerable.Repeat(message, 1 + bed.Random.Next(3))));

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

    private async Task ShimAsync(int window, Func<IReadOnlyList<MessageShim.Message>, IEnumerable<MessageShim.Message>> change)
    {
        int changed = 0;
        await FaultRun.UnderLoadAsync(bed, async (load, cancellationToken) =>
        {
            await using MessageShim shim = await MessageShim.StartAsync(bed, $"data.{load.StartId}.bars.keep", window, change, cancellationToken);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(TimeSpan.FromSeconds(5));
            // What the shim still holds then goes back as it was.
            while (shim.ChangedCount < window * 6 && !patience.IsCancellationRequested && !await load.IsOverAsync(cancellationToken))
            {
                await Task.Delay(20, CancellationToken.None);
            }

            changed += shim.ChangedCount;
        });
        Assert.True(changed > 0, "The shim got no message.");
    }

    private async Task OnChannelAsync(Func<IChannel, Task> work)
    {
        var factory = new ConnectionFactory { Uri = new Uri(bed.BrokerUri), AutomaticRecoveryEnabled = false };
        await using IConnection connection = await factory.CreateConnectionAsync();
        await using IChannel channel = await connection.CreateChannelAsync();
        await work(channel);
    }
}

using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using EasyQuant.Messaging;
using EasyQuant.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;

namespace EasyQuant.Platform.Tests.Messaging;

[Collection(Servers.Name)]
public sealed class DeadLetterWatchTests(TestServersFixture fixture)
{
    [Fact]
    public async Task Gauge_MessagesThatNobodyHandles_AreCountedAndStay()
    {
        var seen = new ConcurrentQueue<long>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == DeadLetterWatch.GaugeName)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => seen.Enqueue(value));
        listener.Start();
        var factory = new ConnectionFactory { Uri = new Uri(await fixture.Servers.CreateVirtualHostAsync(Deadline.In(30))), ClientProvidedName = "test" };
        using var watch = new DeadLetterWatch(factory, new BrokerOptions(), TimeSpan.FromMilliseconds(50), TimeProvider.System, NullLogger<DeadLetterWatch>.Instance);
        await watch.StartAsync(Deadline.In(30));
        await Deadline.UntilAsync("a broker without the queue has none", () => Task.FromResult(seen.Contains(0)));
        await using IConnection connection = await factory.CreateConnectionAsync();
        await using IChannel channel = await connection.CreateChannelAsync();
        await Topology.DeclareAsync(channel, CancellationToken.None);
        for (int i = 0; i < 3; i++)
        {
            await channel.BasicPublishAsync(Topology.DeadExchange, "", ReadOnlyMemory<byte>.Empty);
        }

        await Deadline.UntilAsync("three are counted", () => Task.FromResult(seen.Contains(3)));
        Assert.Equal(3u, await channel.MessageCountAsync(Topology.DeadQueue));
        await watch.StopAsync(Deadline.In(30));
    }
}

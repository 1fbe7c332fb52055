using System.Collections.Concurrent;
using EasyQuant.Contracts.Worker.V1;
using EasyQuant.Messaging;
using EasyQuant.MonitorService;
using EasyQuant.Services.Tests.Scheduler;
using EasyQuant.Testing;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;

namespace EasyQuant.Services.Tests.Monitor;

/// <summary>Replicas of the Monitor over one real database and broker, and what they tell the world.</summary>
internal sealed class MonitorCluster : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly MessageConsumer _listener;

    private MonitorCluster(MessageConsumer listener) => _listener = listener;

    public List<TestService> Replicas { get; } = [];

    /// <summary>Events in the order of their arrival, each once.</summary>
    public ConcurrentQueue<WorkerChanged> Events { get; } = new();

    public WorkerService.WorkerServiceClient Client => new(Replicas[^1].Channel);

    public static async Task<MonitorCluster> StartAsync(
        TestServers servers, int replicaCount, CancellationToken cancellationToken, string lostAfter = "00:01:00")
    {
        string database = await servers.CreateDatabaseAsync(cancellationToken);
        string broker = await servers.CreateVirtualHostAsync(cancellationToken);
        MonitorCluster? cluster = null;
        var seen = new ConcurrentDictionary<string, bool>();
        var listener = new MessageConsumer(
            new ConnectionFactory { Uri = new Uri(broker) },
            new ConsumerOptions
            {
                Queue = new QueueDefinition { Name = "test.workers", Bindings = [new QueueBinding(Topology.EventsExchange, "monitor.worker.*")] },
            },
            new BrokerOptions(),
            (message, _) =>
            {
                if (seen.TryAdd(message.MessageId, true))
                {
                    cluster!.Events.Enqueue(WorkerChanged.Parser.ParseFrom(message.Body.Span));
                }

                return Task.FromResult(MessageVerdict.Ack);
            },
            NullLogger<MessageConsumer>.Instance);
        cluster = new MonitorCluster(listener);
        await listener.StartAsync(cancellationToken);
        await Eventually.TrueAsync("the listener", () => Task.FromResult(listener.IsConsuming), Patience);
        for (int replica = 0; replica < replicaCount; replica++)
        {
            cluster.Replicas.Add(await TestService.StartAsync(
                new Dictionary<string, string?>
                {
                    ["ConnectionStrings:easyquant"] = database,
                    ["ConnectionStrings:messaging"] = broker,
                    ["Monitor:HeartbeatInterval"] = "00:00:00.2",
                    ["Monitor:LostAfter"] = lostAfter,
                    ["Monitor:SessionPollInterval"] = "00:00:00.1",
                    ["Monitor:WatchInterval"] = "00:00:00.1",
                },
                builder => builder.AddMonitor(),
                app => app.MapMonitor(),
                cancellationToken));
        }

        return cluster;
    }

    public async Task<Worker> GetAsync(string name) =>
        (await Client.GetWorkerAsync(new GetWorkerRequest { Name = name }, TestService.Headers("default"))).Worker;

    public Task<Worker> BecomesAsync(string name, WorkerState state) =>
        Eventually.BecomesAsync($"worker {name} to be {state}", () => GetAsync(name), worker => worker.State == state, Patience);

    /// <summary>Waits for exactly these events in any order: every replica relays the outbox, so two of them may overtake each other.</summary>
    public Task EventsBecomeAsync(params string[] expected) => Eventually.BecomesAsync(
        $"events {string.Join(' ', expected)}",
        () => Task.FromResult(string.Join(' ', Events.Select(changed => changed.Event).Order(StringComparer.Ordinal))),
        text => text == string.Join(' ', expected.Order(StringComparer.Ordinal)),
        Patience);

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Replicas.Select(replica => replica.DisposeAsync().AsTask()));
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        await _listener.StopAsync(deadline.Token);
        _listener.Dispose();
    }
}

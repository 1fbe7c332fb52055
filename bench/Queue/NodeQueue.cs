using System.Globalization;
using System.Text.Json.Nodes;
using EasyQuant.Bench.Data;
using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Messaging;
using EasyQuant.Messaging.Chunks;
using EasyQuant.Messaging.Topics;
using EasyQuant.Messaging.Topics.RabbitMq;
using EasyQuant.Nodes;
using EasyQuant.Nodes.Messaging;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;

namespace EasyQuant.Bench.Queue;

/// <summary>
/// The nodes <c>MQProducer</c> and <c>MQConsumer</c> in a process group each, with all that groups do: shards and leases in PostgreSQL, chunks encoded and decoded,
/// split, checked and acknowledged one by one. The source and the sink are the benchmark's own: tables that are at hand, and chunks that are acknowledged.
/// </summary>
internal sealed class NodeQueue : IAsyncDisposable
{
    private readonly NodeCatalog _catalog = AllNodePacks.CreateCatalog();
    private readonly TopicTransports _transports;
    private readonly NodeServices _services;
    private readonly NodeQueueLoad _load = new();

    public NodeQueue(BenchPostgres postgres, ConnectionFactory broker)
    {
        _transports = new TopicTransports(new Dictionary<string, Func<ITopicTransport>>(StringComparer.Ordinal)
        {
            [RabbitMqTopicTransport.KindName] = () => new RabbitMqTopicTransport(broker, new BrokerOptions(), TimeProvider.System, NullLoggerFactory.Instance),
        });
        NodeQueueSource.AddTo(_catalog);
        NodeQueueSink.AddTo(_catalog);
        _services = new NodeServices(TimeProvider.System)
            .With(Random.Shared).With(postgres.Database).With(_transports).With(_catalog).With(_load).With<IGroupReports>(new NoGroupReports());
    }

    /// <summary>Bytes of a chunk's payload.</summary>
    public static int PayloadBytes(Table table) =>
        ChunkCodecs.Encode(ChunkEncoding.Protobuf, table, new ChunkLimits { RowsMax = GroupLimits.ChunkRowsMax, BytesMax = GroupLimits.ChunkBytesMax }).Length;

    /// <summary>Sends and consumes chunks; both groups are at work before the first that counts.</summary>
    /// <returns>Chunks a second, from the first that is made to the last that is acknowledged.</returns>
    public async Task<double> RunAsync(string start, Table table, int count, CancellationToken cancellationToken)
    {
        _load.Begin(table, count);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task producing = GroupAsync(start, "produce", cancellationToken);
        Task consuming = GroupAsync(start, "consume", over.Token);
        // A group that fails ends the measurement with its reason.
        Task<double> ended = _load.Ended.WaitAsync(TimeSpan.FromSeconds(60), cancellationToken);
        await await Task.WhenAny(ended, Task.WhenAll(producing, ended), consuming);
        double seconds = await ended;
        await producing;
        // The sink counts nothing, so that the stream does not complete by itself.
        await over.CancelAsync();
        await consuming.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await GroupAsync(start, "*", cancellationToken);
        await QueueBench.UntilQuietAsync(cancellationToken);
        await GroupAsync(start, "*queues", cancellationToken);
        return count / seconds;
    }

    public ValueTask DisposeAsync() => _transports.DisposeAsync();

    private Task GroupAsync(string start, string group, CancellationToken cancellationToken) => SingleNode.RunAsync(
        _catalog,
        "ProcessGroup",
        new JsonObject { ["definition"] = Definition(), ["group"] = group, ["start"] = start, ["replica"] = 0 },
        new Dictionary<string, NodeValue>(),
        new RunContext { RunId = $"{start}-{group.Replace("*", "end", StringComparison.Ordinal)}", ProjectId = "default", Epoch = 1 },
        _services,
        observer: null,
        cancellationToken);

    private static JsonNode Definition() => JsonNode.Parse(string.Create(
        CultureInfo.InvariantCulture,
        $$$"""
        {"schema":"easyquant/groups/1","name":"queue","mqConfig":{"prefetch":{{{QueueBench.WindowMax}}}},"topics":[{"name":"chunks","lengthMax":100000}],"groups":[
          {"id":"produce","replicas":1,"shards":1,"outputQueue":"chunks","nodes":[{"id":"make","type":"{{{NodeQueueSource.Type}}}","params":{}}]},
          {"id":"consume","replicas":1,"inputQueue":"chunks","nodes":[{"id":"drop","type":"{{{NodeQueueSink.Type}}}","params":{}}]}]}
        """))!;
}

using System.Diagnostics;
using System.Text.Json.Nodes;
using EasyQuant.Flow;
using EasyQuant.Messaging;
using EasyQuant.Messaging.Topics;
using EasyQuant.Messaging.Topics.RabbitMq;
using EasyQuant.Nodes;
using EasyQuant.Nodes.Data.Files;
using EasyQuant.Nodes.Data.Sql;
using EasyQuant.Nodes.Messaging;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;

namespace EasyQuant.Bench.Pipeline;

/// <summary>The pipeline as process groups execute it: replicas of the node <c>ProcessGroup</c> in this process.</summary>
internal sealed class PlatformPipeline : IAsyncDisposable
{
    /// <summary>Parameters of <c>FactorCalc</c>.</summary>
    public const string Factors =
        """
        {"factors":[{"name":"momentum_20","kind":"momentum","column":"close","window":20},{"name":"volatility_20","kind":"volatility","column":"close","window":20}]}
        """;

    private readonly NodeCatalog _catalog = AllNodePacks.CreateCatalog();
    private readonly TopicTransports _transports;
    private readonly NodeServices _services;

    public PlatformPipeline(string root, ProjectDatabase database, ConnectionFactory broker)
    {
        _transports = new TopicTransports(new Dictionary<string, Func<ITopicTransport>>(StringComparer.Ordinal)
        {
            [RabbitMqTopicTransport.KindName] = () => new RabbitMqTopicTransport(broker, new BrokerOptions(), TimeProvider.System, NullLoggerFactory.Instance),
        });
        _services = new NodeServices(TimeProvider.System)
            .With(Random.Shared)
            .With<IDataFiles>(new DirectoryDataFiles(root)).With(database).With(_transports).With(_catalog).With<IGroupReports>(new NoGroupReports());
    }

    /// <summary>Reads all files of a folder into the queue with two readers; nobody consumes.</summary>
    public async Task<double> ReadAsync(string start, string folder, CancellationToken cancellationToken) =>
        (await RunAsync(start, folder, "read", 2, cancellationToken)).Seconds;

    /// <summary>Computes and saves what waits in the queue, with one replica of two threads.</summary>
    public async Task<(double Seconds, long Rows, long Bytes)> SaveAsync(string start, string folder, CancellationToken cancellationToken)
    {
        (double seconds, JsonObject sums) = await RunAsync(start, folder, "save", 1, cancellationToken);
        return (seconds, sums["rows"]!.GetValue<long>(), sums["bytes"]!.GetValue<long>());
    }

    /// <summary>Runs both at once.</summary>
    public async Task<(double Seconds, long Rows)> WholeAsync(string start, string folder, CancellationToken cancellationToken)
    {
        long from = Stopwatch.GetTimestamp();
        Task<double> reading = ReadAsync(start, folder, cancellationToken);
        (_, long rows, _) = await SaveAsync(start, folder, cancellationToken);
        await reading;
        return (Stopwatch.GetElapsedTime(from).TotalSeconds, rows);
    }

    public ValueTask DisposeAsync() => _transports.DisposeAsync();

    private async Task<(double Seconds, JsonObject Sums)> RunAsync(string start, string folder, string group, int replicas, CancellationToken cancellationToken)
    {
        long from = Stopwatch.GetTimestamp();
        SingleNodeResult[] ended = await Task.WhenAll(Enumerable.Range(0, replicas).Select(replica => SingleNode.RunAsync(
            _catalog,
            "ProcessGroup",
            new JsonObject { ["definition"] = Definition(folder), ["group"] = group, ["start"] = start, ["replica"] = replica },
            new Dictionary<string, NodeValue>(),
            new RunContext { RunId = $"{start}-{group}-{replica}", ProjectId = "default", Epoch = 1 },
            _services,
            observer: null,
            cancellationToken)));
        return (Stopwatch.GetElapsedTime(from).TotalSeconds, (JsonObject)ended[0].Outputs["sums"].AsJson()!);
    }

    private static JsonNode Definition(string folder) => JsonNode.Parse(
        $$$"""
        {"schema":"easyquant/groups/1","name":"pipeline","mqConfig":{"prefetch":4},"topics":[{"name":"bars","lengthMax":1000}],"groups":[
          {"id":"read","replicas":2,"shards":4,"outputQueue":"bars","nodes":[{"id":"load","type":"CsvLoader","params":{"path":"{{{folder}}}/*.csv","chunkSize":20000,"threads":1}}]},
          {"id":"save","replicas":1,"threads":2,"inputQueue":"bars","nodes":[
            {"id":"factors","type":"FactorCalc","params":{{{Factors}}}},
            {"id":"save","type":"DbSave","params":{"table":"factors"}}]}]}
        """)!;}

using System.Text.Json.Nodes;
using EasyQuant.Flow;
using EasyQuant.Messaging;
using EasyQuant.Messaging.Topics;
using EasyQuant.Messaging.Topics.RabbitMq;
using EasyQuant.Nodes;
using EasyQuant.Nodes.Data.Files;
using EasyQuant.Nodes.Data.Sql;
using EasyQuant.Nodes.Messaging;
using EasyQuant.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace EasyQuant.Services.Tests.Runner.Groups;

/// <summary>Replicas of process groups that begin when the others are through: their claim was lost, or there was no Runner for them before.</summary>
public sealed class LateReplicaTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private const string Definition =
        """
        {"schema":"easyquant/groups/1","name":"late","topics":[{"name":"bars"}],"groups":[
          {"id":"read","replicas":2,"shards":2,"outputQueue":"bars","nodes":[{"id":"load","type":"CsvLoader","params":{"path":"*.csv"}}]},
          {"id":"save","replicas":2,"inputQueue":"bars","nodes":[{"id":"save","type":"DbSave","params":{"table":"late_bars","mode":"append"}}]}]}
        """;

    [Theory]
    [InlineData("read")]
    [InlineData("save")]
    public async Task Replica_BeginsAfterTheEnd_LeavesNoQueueBehind(string group)
    {
        string root = Directory.CreateTempSubdirectory("eq-late-").FullName;
        await File.WriteAllTextAsync(Path.Combine(root, "a.csv"), "symbol,date,open,high,low,close,volume\n600000.SH,2026-01-05,10,11,9,10.25,100\n600000.SH,2026-01-06,10,11,9,10.5,100\n");
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(await fixture.Servers.CreateDatabaseAsync(In(60)));
        var database = new ProjectDatabase(source, "public");
        await database.EnsureEffectTablesAsync(In(60));
        var factory = new ConnectionFactory { Uri = new Uri(fixture.Servers.RabbitMqUri), AutomaticRecoveryEnabled = false };
        await using var transports = new TopicTransports(new Dictionary<string, Func<ITopicTransport>>(StringComparer.Ordinal)
        {
            [RabbitMqTopicTransport.KindName] = () => new RabbitMqTopicTransport(factory, new BrokerOptions(), TimeProvider.System, NullLoggerFactory.Instance),
        });
        NodeCatalog catalog = AllNodePacks.CreateCatalog();
        NodeServices services = new NodeServices(TimeProvider.System)
            .With(new Random(1)).With<IDataFiles>(new DirectoryDataFiles(root)).With(database).With(transports).With(catalog).With<IGroupReports>(new NoReports());
        string start = $"late-{group}-{Guid.NewGuid():N}"[..20];
        await Task.WhenAll(RunAsync(catalog, services, start, "read", 0), RunAsync(catalog, services, start, "save", 0));
        string queue = $"data.{start}.bars.save";
        Assert.False(await ExistsAsync(factory, queue));

        SingleNodeResult late = await RunAsync(catalog, services, start, group, 1);

        Assert.Equal(2, late.Outputs["sums"].AsJson()!["rows"]!.GetValue<long>());
        Assert.False(await ExistsAsync(factory, queue));
        await using NpgsqlCommand count = source.CreateCommand("select count(*) from late_bars");
        Assert.Equal(2L, await count.ExecuteScalarAsync(In(60)));
        Directory.Delete(root, recursive: true);
    }

    private static Task<SingleNodeResult> RunAsync(NodeCatalog catalog, NodeServices services, string start, string group, int replica) => SingleNode.RunAsync(
        catalog,
        "ProcessGroup",
        new JsonObject { ["definition"] = JsonNode.Parse(Definition), ["group"] = group, ["start"] = start, ["replica"] = replica },
        new Dictionary<string, NodeValue>(),
        new RunContext { RunId = $"{start}-{group}-{replica}", ProjectId = "default", Epoch = 1 },
        services,
        observer: null,
        In(120));

    private static async Task<bool> ExistsAsync(ConnectionFactory factory, string queue)
    {
        await using IConnection connection = await factory.CreateConnectionAsync(In(60));
        await using IChannel channel = await connection.CreateChannelAsync(null, In(60));
        try
        {
            await channel.QueueDeclarePassiveAsync(queue, In(60));
            return true;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == 404)
        {
            return false;
        }
    }

    private static CancellationToken In(int seconds) => new CancellationTokenSource(TimeSpan.FromSeconds(seconds)).Token;

    private sealed class NoReports : IGroupReports
    {
        public Task ReportAsync(GroupProgress progress, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

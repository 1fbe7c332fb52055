using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Workflow.V1;
using EasyQuant.EndToEnd;
using EasyQuant.Faults.Harness;
using Google.Protobuf;
using Npgsql;
using RabbitMQ.Client;

namespace EasyQuant.Faults;

/// <summary>Versions that do not fit each other, and a migration that is interrupted.</summary>
[Collection(BedCollection.Name)]
[Trait(BedCollection.Suite, BedCollection.Bed)]
public sealed class VersionFaultTests(FaultBed bed) : IAsyncLifetime
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(3);

    public Task InitializeAsync() => bed.BeginAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>F59: a newer Runner has registered a node type that the Runners here do not have; its step fails by name, once, and they go on.</summary>
    [Fact]
    [Trait("Fault", "F59")]
    public async Task Step_OfATypeThatNoRunnerHas_FailsByNameAndTheRunnerGoesOn()
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        NodeDefinition newer = (await bed.Nodes.ListNodeDefinitionsAsync(new ListNodeDefinitionsRequest(), cancellationToken: deadline.Token)).Nodes.Single(node => node.Type == "JsonMap").Clone();
        newer.Type = "FromTheFuture";
        await bed.RunnerNodes.RegisterNodeDefinitionsAsync(new RegisterNodeDefinitionsRequest { Nodes = { newer }, RunnerVersion = "99.0.0" }, cancellationToken: deadline.Token);
        string name = "fault-future-" + Guid.NewGuid().ToString("N")[..8];
        await LoadDefinitions.StoreAsync(bed, name, """  "nodes":[{"id":"one","type":"FromTheFuture","params":{"value":{"a":1}}}]  """, deadline.Token);
        int[] before = [.. bed.Runners.Select(runner => runner.Id)];
        Run run = (await bed.Runs.CreateRunsAsync(new CreateRunsRequest { Runs = { new RunSpec { WorkflowName = name, RequestId = Guid.NewGuid().ToString() } } }, cancellationToken: deadline.Token)).Runs[0];
        Run ended = run;
        await Poll.UntilAsync("the end of the run", async () =>
        {
            ended = (await bed.Runs.GetRunAsync(new GetRunRequest { RunId = run.RunId }, cancellationToken: deadline.Token)).Run;
            return (ended.State is RunState.Failed or RunState.Succeeded, $"{ended.State}\n{bed.Story()}");
        }, deadline.Token);
        Assert.Equal(RunState.Failed, ended.State);
        Assert.Contains("FromTheFuture", ended.Error.Message, StringComparison.Ordinal);
        Assert.Equal(0, ended.CrashCount);
        Assert.Equal(before, bed.Runners.Select(runner => runner.Id));
        bed.EndWell();
    }

    /// <summary>F59, the other way: messages with fields that this version does not know, and hints that are no message at all.</summary>
    [Fact]
    [Trait("Fault", "F59")]
    public async Task Hints_OfANewerVersionOrOfNoise_AreTakenOrRejectedAndWorkGoesOn() => await FaultRun.UnderLoadAsync(bed, async (_, cancellationToken) =>
    {
        // Field 1, the run, and field 900, which nobody here knows.
        byte[] newer = [0x0A, 0x24, .. System.Text.Encoding.ASCII.GetBytes(Guid.NewGuid().ToString()), 0xA2, 0x38, 0x01, 0x41];
        var factory = new ConnectionFactory { Uri = new Uri(bed.BrokerUri), AutomaticRecoveryEnabled = false };
        await using IConnection connection = await factory.CreateConnectionAsync(cancellationToken);
        await using IChannel channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), cancellationToken);
        byte[] noise = new byte[300];
        bed.Random.NextBytes(noise);
        noise[0] = 0xFF;
        for (int i = 0; i < 5; i++)
        {
            await channel.BasicPublishAsync("easyquant.work", "easyquant.work.runs", mandatory: true, new BasicProperties { MessageId = Guid.NewGuid().ToString() }, newer);
            await channel.BasicPublishAsync("easyquant.work", "easyquant.work.runs", mandatory: true, new BasicProperties { MessageId = Guid.NewGuid().ToString() }, noise);
        }
    });

    /// <summary>F60: Workflow dies inside the transaction of its migrations; the next start completes them.</summary>
    [Fact]
    [Trait("Fault", "F60")]
    public async Task Migration_KilledBeforeItsCommit_TheNextStartCompletesIt()
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        string connection = await bed.CreateDatabaseAsync(deadline.Token);
        ServiceProcess other = bed.OtherWorkflow(connection, "migrator.before-commit:exit137:1");
        await other.StartAsync();
        Assert.Equal(137, await other.Exited.WaitAsync(deadline.Token));
        ServiceProcess next = bed.OtherWorkflow(connection, "");
        await next.StartAsync();
        try
        {
            string expected = await SchemaAsync(bed.DatabaseConnection, deadline.Token);
            await Poll.UntilAsync("the whole schema", async () =>
            {
                string found = await SchemaAsync(connection, deadline.Token);
                return (found == expected, $"{found}\ninstead of\n{expected}\n{bed.Story()}");
            }, deadline.Token);
        }
        finally
        {
            await next.KillAsync();
        }

        bed.EndWell();
    }

    private static async Task<string> SchemaAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            select coalesce(string_agg(concat_ws(' ', table_name, column_name, data_type, is_nullable), ', ' order by table_name, ordinal_position), '')
            from information_schema.columns where table_schema = 'workflow'
            """,
            connection);
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}

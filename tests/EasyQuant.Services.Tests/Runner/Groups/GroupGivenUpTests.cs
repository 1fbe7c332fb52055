using EasyQuant.Contracts.Group.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Testing;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Npgsql;
using static EasyQuant.Services.Tests.Runner.Groups.GroupRuns;

namespace EasyQuant.Services.Tests.Runner.Groups;

/// <summary>Chunks that the broker gave out again and again: with its patience at an end, and without a single error of their handler.</summary>
public sealed class GroupGivenUpTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private const int Files = 6;
    private const int DeliveriesMax = 3;

    [Fact]
    public async Task Chunks_GivenUpByTheBroker_AreParkedAndCountedAndReplayed()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, lease: "00:00:20");
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        NpgsqlConnection held = await HoldTableAsync(host, "symbol text", deadline.Token);
        GroupStart start = await StartWithAFullQueueAsync(host, deadline.Token);
        int givenUp = await ReturnAsync(host, Queue(start), int.MaxValue, deadline.Token);
        Assert.InRange(givenUp, 2, Files - 1);
        await held.DisposeAsync();
        GroupStart ended = await WaitForEndAsync(host, start, deadline.Token);
        Assert.True(ended.State == StartState.Succeeded, ended.ToString());
        Assert.Equal((Files - givenUp, givenUp, 0L), (ended.Groups[1].Sums.ChunkCount, ended.Groups[1].Sums.DeadLetterCount, ended.Groups[1].Sums.ErrorCount));
        Assert.All((await LettersAsync(host, start)), letter => Assert.True(
            letter is { Reason: "CHUNK_DELIVERIES_EXHAUSTED", Replayable: true, RowCount: DaysPerFile, DeliveryCount: > DeliveriesMax + 20, HasShard: true }, letter.ToString()));
        Assert.Equal((givenUp, givenUp), await ReplayAsync(host, start));
        Assert.Empty(await LettersAsync(host, start));
        Assert.Equal((long)Files * DaysPerFile, await ScalarAsync(host, "select count(*) from data.late", deadline.Token));
        foreach (string queue in (string[])["data", "dead", "mark"])
        {
            while (await host.HasQueueAsync($"{queue}.{start.StartId}.bars.keep", deadline.Token))
            {
                await Task.Delay(50, deadline.Token);
            }
        }
    }

    [Fact]
    public async Task Chunks_GivenOutAgainWithoutAnError_AreTriedAsOftenAsOthers()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, lease: "00:00:20");
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        NpgsqlConnection held = await HoldTableAsync(host, "symbol text check (symbol = '')", deadline.Token);
        GroupStart start = await StartWithAFullQueueAsync(host, deadline.Token);
        Assert.InRange(await ReturnAsync(host, Queue(start), DeliveriesMax, deadline.Token), 2, Files - 1);
        await held.DisposeAsync();
        GroupStart ended = await WaitForEndAsync(host, start, deadline.Token);
        Assert.True(ended.State == StartState.Succeeded, ended.ToString());
        Assert.Equal((0L, (long)Files), (ended.Groups[1].Sums.ChunkCount, ended.Groups[1].Sums.DeadLetterCount));
        Assert.All(await LettersAsync(host, start), letter => Assert.Equal("DATABASE_FAILED", letter.Reason));
        Assert.True(ended.Groups[1].Sums.ErrorCount >= Files * DeliveriesMax, ended.Groups[1].ToString());
    }

    // The consumer holds a chunk or two and waits for the table; all others wait in the queue.
    private static async Task<GroupStart> StartWithAFullQueueAsync(RunnerHost host, CancellationToken cancellationToken)
    {
        await WriteFilesAsync(host, Files);
        GroupStart start = await StartAsync(
            host,
            $$$"""
            {"schema":"easyquant/groups/1","name":"given-up","mqConfig":{"prefetch":1},"topics":[{"name":"bars","deliveriesMax":{{{DeliveriesMax}}}}],"groups":[
              {"id":"read","shards":1,"outputQueue":"bars","nodes":[{"id":"load","type":"CsvLoader","params":{"path":"csv/*.csv","chunkSize":{{{DaysPerFile}}}}}]},
              {"id":"keep","inputQueue":"bars","nodes":[{"id":"only","type":"Transform","params":{"columns":["symbol"]}},{"id":"save","type":"DbSave","params":{"table":"late"}}]}]}
            """);
        GroupStart read = await WaitAsync(host, start, one => one.Groups[0].Runs is [{ State: RunState.Succeeded }], cancellationToken);
        await UntilHeldAsync(host, Queue(start), Files, cancellationToken);
        return read;
    }

    private static string Queue(GroupStart start) => $"data.{start.StartId}.bars.keep";

    private static async Task<RepeatedField<DeadLetter>> LettersAsync(RunnerHost host, GroupStart start) =>
        (await host.Workflow.Groups.ListDeadLettersAsync(new ListDeadLettersRequest { StartId = start.StartId, GroupId = "keep" })).DeadLetters;

    private static async Task<(int Tried, int Consumed)> ReplayAsync(RunnerHost host, GroupStart start)
    {
        string runId = (await host.Workflow.Groups.ReplayDeadLettersAsync(new ReplayDeadLettersRequest { StartId = start.StartId, GroupId = "keep" })).RunId;
        Run run = await host.WaitAsync(runId);
        Assert.True(run.State == RunState.Succeeded, $"{run.Error}");
        MapField<string, Value> sums = (await host.StepsAsync(runId))[0].Outputs.Fields["sums"].StructValue.Fields;
        return ((int)sums["chunks_tried"].NumberValue, (int)sums["chunks_consumed"].NumberValue);
    }

    // A table that nobody can write into until what is returned is disposed of.
    private static async Task<NpgsqlConnection> HoldTableAsync(RunnerHost host, string columns, CancellationToken cancellationToken)
    {
        // The Runner makes the schema of the project by itself.
        while (await ScalarAsync(host, "select count(*) from pg_namespace where nspname = 'data'", cancellationToken) == 0)
        {
            await Task.Delay(50, cancellationToken);
        }

        NpgsqlConnection connection = await host.Workflow.DataSource.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, $"create table data.late({columns}); alter table data.late owner to eq_data_default", cancellationToken);
        await ExecuteAsync(connection, "begin; set local idle_in_transaction_session_timeout = 0; lock table data.late in access exclusive mode", cancellationToken);
        return connection;
    }
}

using System.Globalization;
using EasyQuant.Contracts.Group.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Data;
using EasyQuant.Testing;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Npgsql;
using static EasyQuant.Services.Tests.Runner.Groups.GroupRuns;

namespace EasyQuant.Services.Tests.Runner.Groups;

/// <summary>Groups that read a queue and write another one: what fails in them, and what follows them.</summary>
public sealed class GroupRelayTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private const int Files = 6;
    private const int PiecesPerFile = 2;

    [Fact]
    public async Task Chunk_WhoseLastRowsDoNotFit_IsParkedAndNoPartOfItGoesOn()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers);
        string root = Path.Combine(host.Workflow.DataRoot, "files", "default", "in");
        Directory.CreateDirectory(root);
        for (int file = 0; file < Files; file++)
        {
            string last = file == 2 ? new string('x', 20_000) : "short";
            await using FileStream stream = File.Create(Path.Combine(root, $"{file}.arrow"));
            ArrowFile.Write(
                new Table([
                    Int64Column.Create("file", Enumerable.Repeat((long)file, DaysPerFile).ToArray()),
                    StringColumn.Create("note", [.. Enumerable.Range(0, DaysPerFile).Select(row => row == DaysPerFile - 1 ? last : "short")])]),
                stream, CancellationToken.None);
        }

        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        GroupStart start = await StartAsync(
            host,
            """
            {"schema":"easyquant/groups/1","name":"too-long","topics":[{"name":"rows","deliveriesMax":2},{"name":"made","chunkRowsMax":50,"chunkBytesMax":16384}],"groups":[
              {"id":"read","shards":1,"outputQueue":"rows","nodes":[{"id":"load","type":"TableLoader","params":{"path":"in/*.arrow"}}]},
              {"id":"relay","inputQueue":"rows","outputQueue":"made","nodes":[{"id":"both","type":"Transform","params":{"columns":["file","note"]}}]},
              {"id":"keep","inputQueue":"made","nodes":[{"id":"save","type":"DbSave","params":{"table":"whole"}}]}]}
            """);
        GroupStart ended = await WaitForEndAsync(host, start, deadline.Token);
        Assert.True(ended.State == StartState.Succeeded, ended.ToString());
        Assert.Equal("CHUNK_TOO_LARGE", Assert.Single(await LettersAsync(host, start, "relay")).Reason);
        Assert.Empty(await LettersAsync(host, start, "keep"));
        Assert.Equal((Files - 1) * (long)DaysPerFile, await ScalarAsync(host, "select count(*) from data.whole where file <> 2", deadline.Token));
        Assert.Equal(0, await ScalarAsync(host, "select count(*) from data.whole where file = 2", deadline.Token));
    }

    [Fact]
    public async Task Replay_AfterTheEnd_GoesThroughTheReadersAndEveryRowIsThereOnce()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, lease: "00:00:20");
        await WriteFilesAsync(host, Files);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        IAsyncDisposable held = await HoldConsumersAsync(host, deadline.Token);
        GroupStart start = await StartAsync(
            host,
            $$$"""
            {"schema":"easyquant/groups/1","name":"relayed","mqConfig":{"prefetch":1},"topics":[{"name":"bars","deliveriesMax":3},{"name":"made","chunkRowsMax":{{{DaysPerFile / PiecesPerFile}}},"deliveriesMax":2}],"groups":[
              {"id":"read","shards":1,"outputQueue":"bars","nodes":[{"id":"load","type":"CsvLoader","params":{"path":"csv/*.csv","chunkSize":{{{DaysPerFile}}}}}]},
              {"id":"relay","inputQueue":"bars","outputQueue":"made","nodes":[{"id":"only","type":"Transform","params":{"columns":["symbol"]}}]},
              {"id":"keep","inputQueue":"made","nodes":[{"id":"save","type":"DbSave","params":{"table":"late"}}]},
              {"id":"count","inputQueue":"made","nodes":[{"id":"save","type":"DbSave","params":{"table":"counted"}}]}]}
            """);
        await WaitAsync(host, start, one => one.Groups[0].Runs is [{ State: RunState.Succeeded }], deadline.Token);
        string queue = $"data.{start.StartId}.bars.relay";
        await UntilHeldAsync(host, queue, Files, deadline.Token);
        int givenUp = await ReturnAsync(host, queue, int.MaxValue, deadline.Token);
        Assert.InRange(givenUp, 2, Files - 1);
        await held.DisposeAsync();
        GroupStart ended = await WaitForEndAsync(host, start, deadline.Token);
        Assert.True(ended.State == StartState.Succeeded, ended.ToString());
        Assert.Equal(givenUp, (await LettersAsync(host, start, "relay")).Count);
        Assert.Equal((Files - givenUp) * (long)DaysPerFile, await ScalarAsync(host, "select count(*) from data.late", deadline.Token));

        // One of the readers refuses a file of those that come late.
        string missing = (await MissingAsync(host, deadline.Token)).ToString(CultureInfo.InvariantCulture) + ".SH";
        await ExecuteAsync(host, $"alter table data.late add constraint refuse check (symbol <> '{missing}')", deadline.Token);
        MapField<string, Value> sums = await ReplayAsync(host, start, "relay");
        Assert.Equal((givenUp, givenUp, 0), Counts(sums));
        ReaderSums[] readers = [.. sums["readers"].ListValue.Values.Select(value => new ReaderSums(value.StructValue.Fields["group"].StringValue, Counts(value.StructValue.Fields)))];
        Assert.Equal([new("keep", (givenUp * PiecesPerFile, (givenUp - 1) * PiecesPerFile, PiecesPerFile)), new("count", (givenUp * PiecesPerFile, givenUp * PiecesPerFile, 0))], readers);
        Assert.Empty(await LettersAsync(host, start, "relay"));
        Assert.Empty(await LettersAsync(host, start, "count"));
        Assert.Equal(["DATABASE_FAILED", "DATABASE_FAILED"], (await LettersAsync(host, start, "keep")).Select(letter => letter.Reason));

        await ExecuteAsync(host, "alter table data.late drop constraint refuse", deadline.Token);
        Assert.Equal((0, 0, 0), Counts(await ReplayAsync(host, start, "relay")));
        Assert.Equal((PiecesPerFile, PiecesPerFile, 0), Counts(await ReplayAsync(host, start, "keep")));
        foreach (string table in (string[])["late", "counted"])
        {
            Assert.Equal(Files * (long)DaysPerFile, await ScalarAsync(host, $"select count(*) from data.{table}", deadline.Token));
            Assert.Equal(Files, await ScalarAsync(host, $"select count(*) from (select symbol from data.{table} group by symbol having count(*) = {DaysPerFile}) as k", deadline.Token));
        }

        GroupStart after = (await host.Workflow.Groups.GetGroupStartAsync(new GetGroupStartRequest { StartId = start.StartId })).Start;
        Assert.Equal(
            [(Files, 0L), (Files * PiecesPerFile, 0L), (Files * PiecesPerFile, 0L)],
            after.Groups.Skip(1).Select(group => (group.Sums.ChunkCount, group.Sums.DeadLetterCount)));
        Assert.Equal(0, await ScalarAsync(host, "select count(*) from data.eq_streams where state <> 'completed'", deadline.Token));
        Assert.Equal(0, await ScalarAsync(host, "select count(*) from data.eq_stream_counts where total <> done or dead <> 0", deadline.Token));
    }

    private static async Task<RepeatedField<DeadLetter>> LettersAsync(RunnerHost host, GroupStart start, string group) =>
        (await host.Workflow.Groups.ListDeadLettersAsync(new ListDeadLettersRequest { StartId = start.StartId, GroupId = group })).DeadLetters;

    private static async Task<MapField<string, Value>> ReplayAsync(RunnerHost host, GroupStart start, string group)
    {
        string runId = (await host.Workflow.Groups.ReplayDeadLettersAsync(new ReplayDeadLettersRequest { StartId = start.StartId, GroupId = group })).RunId;
        Run run = await host.WaitAsync(runId);
        Assert.True(run.State == RunState.Succeeded, $"{run.Error}");
        return (await host.StepsAsync(runId))[0].Outputs.Fields["sums"].StructValue.Fields;
    }

    private static (int Tried, int Consumed, int Parked) Counts(MapField<string, Value> sums) =>
        ((int)sums["chunks_tried"].NumberValue, (int)sums["chunks_consumed"].NumberValue, (int)sums["chunks_parked_again"].NumberValue);

    // Number of a file that has not come yet.
    private static Task<long> MissingAsync(RunnerHost host, CancellationToken cancellationToken) => ScalarAsync(
        host, $"select min(n)::bigint from generate_series(600000, {600000 + Files - 1}) as n where n || '.SH' not in (select symbol from data.late)", cancellationToken);

    private static async Task ExecuteAsync(RunnerHost host, string sql, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = host.Workflow.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private sealed record ReaderSums(string Group, (int Tried, int Consumed, int Parked) Counts);
}

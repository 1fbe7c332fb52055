using EasyQuant.Contracts.Group.V1;
using EasyQuant.Testing;
using Npgsql;
using static EasyQuant.Services.Tests.Runner.Groups.GroupRuns;

namespace EasyQuant.Services.Tests.Runner.Groups;

/// <summary>When the queues of a start leave the broker: a while after its end, however it came.</summary>
public sealed class GroupQueueTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private const string All = "data dead mark";
    private const string Definition =
        """
        {"schema":"easyquant/groups/1","name":"graced","topics":[{"name":"bars"}],"groups":[
          {"id":"read","shards":2,"outputQueue":"bars","nodes":[{"id":"load","type":"CsvLoader","params":{"path":"csv/*.csv"}}]},
          {"id":"keep","replicas":2,"inputQueue":"bars","nodes":[{"id":"save","type":"DbSave","params":{"table":"graced"}}]}]}
        """;

    [Fact]
    public async Task Queues_StartHasSucceeded_StayForTheGraceThenGoOnce()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, lease: "00:00:20", queueGrace: "1.00:00:00");
        await WriteFilesAsync(host, 4);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        GroupStart start = await StartAsync(host, Definition);
        GroupStart ended = await WaitForEndAsync(host, start, deadline.Token);
        Assert.Equal(StartState.Succeeded, ended.State);
        Assert.Equal(All, await QueuesAsync(host, start, deadline.Token));
        // A second start is looked after by the same sweeps; after its end they have passed the first one.
        GroupStart other = (await host.Workflow.Groups.StartProcessSchedulerAsync(new StartProcessSchedulerRequest { Name = "graced" })).Start;
        await WaitForEndAsync(host, other, deadline.Token);
        Assert.Equal(All, await QueuesAsync(host, start, deadline.Token));

        await using NpgsqlConnection connection = await host.Workflow.DataSource.OpenConnectionAsync(deadline.Token);
        await ExecuteAsync(connection, $"update workflow.group_starts set end_time = end_time - interval '25 hours' where start_id = '{start.StartId}'", deadline.Token);

        while (await QueuesAsync(host, start, deadline.Token) != "")
        {
            await Task.Delay(50, deadline.Token);
        }

        Assert.Equal(All, await QueuesAsync(host, other, deadline.Token));
        Assert.Equal(1L, await ScalarAsync(host, "select count(*) from workflow.runs where labels::jsonb->>'group' = '*queues'", deadline.Token));
        Assert.Equal(1L, await ScalarAsync(host, "select count(*) from workflow.group_starts where has_queues", deadline.Token));
    }

    // Kinds of queues that are there.
    private static async Task<string> QueuesAsync(RunnerHost host, GroupStart start, CancellationToken cancellationToken)
    {
        var there = new List<string>();
        foreach (string kind in All.Split(' '))
        {
            if (await host.HasQueueAsync($"{kind}.{start.StartId}.bars.keep", cancellationToken))
            {
                there.Add(kind);
            }
        }

        return string.Join(' ', there);
    }
}

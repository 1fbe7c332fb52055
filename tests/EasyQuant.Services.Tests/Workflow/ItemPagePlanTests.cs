using EasyQuant.Contracts.Run.V1;
using EasyQuant.Services.Tests.Scheduler;
using Npgsql;

namespace EasyQuant.Services.Tests.Workflow;

/// <summary>Pages of items stay fast right after a fan-out has written its items, when the planner has no statistics of them and expects one row.</summary>
[Collection(WorkflowServers.Name)]
public sealed class ItemPagePlanTests(WorkflowFixture fixture)
{
    private const int ItemCount = 20_000;
    private const int PageSize = 200;

    [Fact]
    public async Task FirstPage_NoStatisticsOfTheItems_ReadsTheItemsOfThePageOnly()
    {
        await using WorkflowHost host = await WorkflowHost.StartAsync(fixture.Servers);
        await WorkflowFixture.PrepareAsync(host);
        string runId = (await host.Runs.CreateRunsAsync(new CreateRunsRequest { Runs = { WorkflowFixture.Spec() } })).Runs[0].RunId;
        await ExecuteAsync(
            host,
            $"""
            insert into workflow.fan_outs(run_id, node_id, project_id, total_count, input_hash, concurrency, start_time)
            select run_id, 'b', project_id, {ItemCount}, '', 2, now() from workflow.runs where run_id = '{runId}';
            insert into workflow.run_items(run_id, node_id, item_index, project_id, state, attempt, mode, worker_id, process_id, epoch)
            select run_id, 'b', n, project_id, 3, 1, 2, 'worker-1', 1, 1 from workflow.runs, generate_series(0, {ItemCount - 1}) n where run_id = '{runId}'
            """);
        long before = await RowsReadAsync(host);

        ListItemsResponse page = await host.Items.ListItemsAsync(new ListItemsRequest { RunId = runId, NodeId = "b", PageSize = PageSize });

        Assert.Equal(Enumerable.Range(0, PageSize), page.Items.Select(item => item.Index));
        // Each session publishes its counters with a delay and whole; until the page's are there, others may show looks that read nothing.
        long read = await Eventually.BecomesAsync(
            "the rows read", async () => await RowsReadAsync(host) - before, rows => rows >= PageSize, TimeSpan.FromSeconds(60));
        Assert.InRange(read, PageSize, ItemCount / 10);
    }

    private static async Task<long> RowsReadAsync(WorkflowHost host)
    {
        await using NpgsqlCommand command = host.DataSource.CreateCommand(
            "select seq_tup_read + idx_tup_fetch from pg_stat_user_tables where schemaname = 'workflow' and relname = 'run_items'");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(WorkflowHost host, string sql)
    {
        await using NpgsqlCommand command = host.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}

using EasyQuant.Contracts.Run.V1;
using EasyQuant.Services.Tests.Scheduler;
using Npgsql;

namespace EasyQuant.Services.Tests.Workflow;

/// <summary>The queue of runs stays fast when the planner's statistics are as misleading as they can be: taken when every run waited.</summary>
[Collection(WorkflowServers.Name)]
public sealed class RunQueuePlanTests(WorkflowFixture fixture)
{
    private const int QueuedCount = 20_000;
    private const int RoundCount = 30;

    [Fact]
    public async Task ClaimsAndReports_StatisticsOfAFullQueue_NeverReadTheWholeTable()
    {
        await using WorkflowHost host = await WorkflowHost.StartAsync(fixture.Servers);
        await WorkflowFixture.PrepareAsync(host);
        await host.Runs.CreateRunsAsync(new CreateRunsRequest { Runs = { WorkflowFixture.Spec() } });
        await ExecuteAsync(
            host,
            $"""
            insert into workflow.runs(run_id, project_id, workflow_id, workflow_name, workflow_version, priority, create_time, queue_time, seed,
                event_sequence, step_count, job_name, actor, only_node_id, trace_id, traceparent, labels, inputs)
            select gen_random_uuid(), project_id, workflow_id, workflow_name, workflow_version, priority, create_time, queue_time, seed,
                event_sequence, step_count, job_name, actor, only_node_id, trace_id, traceparent, labels, inputs
            from workflow.runs, generate_series(1, {QueuedCount})
            """);
        await ExecuteAsync(host, "analyze workflow.runs");
        (long readBefore, long looksBefore) = await ScansAsync(host);

        var runner = new FakeRunner(host);
        for (int i = 0; i < RoundCount; i++)
        {
            ClaimRunsResponse claimed = await host.Dispatch.ClaimRunsAsync(new ClaimRunsRequest { WorkerId = "worker-1", MaxCount = 2 });
            Assert.Equal(2, claimed.Runs.Count);
            await runner.CompleteAsync(claimed.Runs[0].Run);
        }

        // The server publishes its counters with a delay, those of the migrations too: they have scanned the table while it was empty.
        (long read, _) = await Eventually.BecomesAsync(
            "the counters", () => ScansAsync(host), now => now.Looks >= looksBefore + RoundCount, TimeSpan.FromSeconds(20));
        Assert.InRange(read - readBefore, 0, QueuedCount - 1);
    }

    private static async Task<(long RowsRead, long Looks)> ScansAsync(WorkflowHost host)
    {
        await using NpgsqlCommand command = host.DataSource.CreateCommand(
            "select seq_tup_read, idx_scan from pg_stat_user_tables where schemaname = 'workflow' and relname = 'runs'");
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    private static async Task ExecuteAsync(WorkflowHost host, string sql)
    {
        await using NpgsqlCommand command = host.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}

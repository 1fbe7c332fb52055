using EasyQuant.Contracts.Run.V1;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.Services.Tests.Scheduler;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Npgsql;

namespace EasyQuant.Services.Tests.Workflow;

/// <summary>Which worker gets which run, and when: priority, labels, region, preferred worker, project. Each test has a service of its own: claims see every run.</summary>
[Collection(WorkflowServers.Name)]
public sealed class RunPlacementTests(WorkflowFixture fixture) : IAsyncLifetime
{
    private const int ForeignCount = 20_000;

    private WorkflowHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await WorkflowHost.StartAsync(fixture.Servers);
        await WorkflowFixture.PrepareAsync(_host);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Priority_ChangedWhileQueued_DecidesTheOrderOfClaims()
    {
        Run[] runs = [await CreateAsync(priority: 3), await CreateAsync(priority: 9), await CreateAsync(priority: 0)];

        ChangeRunPriorityResponse changed = await _host.Runs.ChangeRunPriorityAsync(new ChangeRunPriorityRequest { RunId = runs[2].RunId, Priority = 10 });
        await _host.Runs.ChangeRunPriorityAsync(new ChangeRunPriorityRequest { RunId = runs[2].RunId, Priority = 10 });

        Assert.Equal((10, RunState.Queued), (changed.Run.Priority, changed.Run.State));
        Assert.Equal([runs[2].RunId, runs[1].RunId, runs[0].RunId], [await ClaimOneAsync(), await ClaimOneAsync(), await ClaimOneAsync()]);
        ListRunEventsResponse history = await _host.Runs.ListRunEventsAsync(new ListRunEventsRequest { RunId = runs[2].RunId });
        Assert.Equal(["run.created", "run.prioritized", "run.started"], history.Events.Select(e => e.Type));
        await RefusedAsync(StatusCode.FailedPrecondition, "RUN_STATE_CONFLICT", () => _host.Runs.ChangeRunPriorityAsync(new ChangeRunPriorityRequest { RunId = runs[0].RunId, Priority = 1 }).ResponseAsync);
        await RefusedAsync(StatusCode.InvalidArgument, "PRIORITY_OUT_OF_RANGE", () => _host.Runs.ChangeRunPriorityAsync(new ChangeRunPriorityRequest { RunId = runs[0].RunId, Priority = 101 }).ResponseAsync);
        await RefusedAsync(StatusCode.NotFound, "RUN_NOT_FOUND", () => _host.OtherRuns.ChangeRunPriorityAsync(new ChangeRunPriorityRequest { RunId = runs[0].RunId }).ResponseAsync);
    }

    [Fact]
    public async Task Placement_LabelsAndRegion_KeepRunsFromOtherWorkers()
    {
        Run gpu = await CreateAsync(new RunPlacement { Labels = { ["gpu"] = "1" } });
        Run east = await CreateAsync(new RunPlacement { Region = "cn-east", RegionRequired = true });
        Run both = await CreateAsync(new RunPlacement { Region = "cn-east", RegionRequired = true, Labels = { ["gpu"] = "1" } }, priority: 5);
        Run open = await CreateAsync();

        Assert.Equal([open.RunId], await ClaimAsync(new ClaimRunsRequest()));
        Assert.Empty(await ClaimAsync(new ClaimRunsRequest { Region = "us", Labels = { ["gpu"] = "2" } }));
        Assert.Empty(await ClaimAsync(new ClaimRunsRequest { RunId = gpu.RunId }));
        Assert.Equal([gpu.RunId], await ClaimAsync(new ClaimRunsRequest { Region = "us", Labels = { ["gpu"] = "1", ["disk"] = "ssd" } }));
        Assert.Equal([both.RunId], await ClaimAsync(new ClaimRunsRequest { MaxCount = 1, Region = "cn-east", Labels = { ["gpu"] = "1" } }));
        Assert.Equal([east.RunId], await ClaimAsync(new ClaimRunsRequest { Region = "cn-east" }));
        Assert.Equal("""{"labels":{"gpu":"1"},"region":"cn-east"}""", both.Target);
    }

    [Fact]
    public async Task Placement_PreferredWorkerIsAway_OpensToOthersAfterTheWait()
    {
        Run waits = await CreateAsync(new RunPlacement { Worker = "big", FallbackAfter = Duration.FromTimeSpan(TimeSpan.FromMinutes(5)) });
        Run opens = await CreateAsync(new RunPlacement { Worker = "gone", Region = "cn-east", FallbackAfter = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(1)) });

        Run opened = await Eventually.BecomesAsync(
            "the fallback", async () => (await _host.Runs.GetRunAsync(new GetRunRequest { RunId = opens.RunId })).Run, run => run.Target.Length == 0, TimeSpan.FromMinutes(4));

        Assert.Equal(opens.RunId, opened.RunId);
        Assert.Equal([opens.RunId], await ClaimAsync(new ClaimRunsRequest { WorkerName = "small" }));
        Assert.Equal([waits.RunId], await ClaimAsync(new ClaimRunsRequest { WorkerName = "big" }));
    }

    [Fact]
    public async Task Placement_OneSessionOfAWorker_IsTakenByThatOneOnly()
    {
        Run run = await CreateAsync(new RunPlacement { Worker = "worker-1", FallbackAfter = Duration.FromTimeSpan(TimeSpan.FromMinutes(5)) });

        Assert.Empty((await _host.Dispatch.ClaimRunsAsync(new ClaimRunsRequest { WorkerId = "worker-2", WorkerName = "big", MaxCount = 1 })).Runs);
        Assert.Empty((await _host.Dispatch.ClaimRunsAsync(new ClaimRunsRequest { WorkerId = "worker-2", WorkerName = "big", MaxCount = 1, RunId = run.RunId })).Runs);
        Assert.Equal([run.RunId], await ClaimAsync(new ClaimRunsRequest { WorkerName = "big" }));
    }

    [Fact]
    public async Task Placement_PreferredWorkerDied_IsNotWaitedForAgain()
    {
        Run run = await CreateAsync(new RunPlacement { Worker = "big", Labels = { ["gpu"] = "1" }, FallbackAfter = Duration.FromTimeSpan(TimeSpan.FromMinutes(5)) });
        Assert.Equal([run.RunId], await ClaimAsync(new ClaimRunsRequest { WorkerName = "big", Labels = { ["gpu"] = "1" } }));
        await using (NpgsqlCommand expire = _host.DataSource.CreateCommand("update workflow.runs set lease_until = clock_timestamp() - interval '1 second'"))
        {
            await expire.ExecuteNonQueryAsync();
        }

        Run again = await Eventually.BecomesAsync(
            "the end of the lease", async () => (await _host.Runs.GetRunAsync(new GetRunRequest { RunId = run.RunId })).Run, one => one.State == RunState.Queued, TimeSpan.FromMinutes(4));

        Assert.Equal("""{"labels":{"gpu":"1"}}""", again.Target);
        Assert.Equal([run.RunId], await ClaimAsync(new ClaimRunsRequest { WorkerName = "small", Labels = { ["gpu"] = "1" } }));
    }

    [Fact]
    public async Task Project_OfTheWorker_BoundsClaimsReportsRenewalsAndReleases()
    {
        Run mine = await CreateAsync();
        Assert.Empty(await ClaimAsync(new ClaimRunsRequest { ProjectId = "other" }));
        ClaimRunsResponse claimed = await _host.Dispatch.ClaimRunsAsync(new ClaimRunsRequest { WorkerId = "worker-1", MaxCount = 1, ProjectId = "default" });
        Run leased = Assert.Single(claimed.Runs).Run;
        Assert.Equal(mine.RunId, leased.RunId);
        var key = new LeaseKey { RunId = leased.RunId, Epoch = leased.Epoch };

        ReportStepsResponse reported = await _host.Dispatch.ReportStepsAsync(new ReportStepsRequest
        {
            ProjectId = "other", Reports = { new RunReport { RunId = leased.RunId, Epoch = leased.Epoch, FinalState = RunState.Failed } },
        });
        RenewLeasesResponse renewed = await _host.Dispatch.RenewLeasesAsync(new RenewLeasesRequest { ProjectId = "other", Leases = { key } });
        await _host.Dispatch.ReleaseRunsAsync(new ReleaseRunsRequest { ProjectId = "other", Leases = { key } });

        Assert.True(Assert.Single(reported.Answers).Lost);
        Assert.True(Assert.Single(renewed.Answers).Lost);
        Assert.Equal(RunState.Running, (await _host.Runs.GetRunAsync(new GetRunRequest { RunId = mine.RunId })).Run.State);
        Assert.False(Assert.Single((await _host.Dispatch.RenewLeasesAsync(new RenewLeasesRequest { ProjectId = "default", Leases = { key } })).Answers).Lost);
    }

    [Fact]
    public async Task Run_ReadByItsRequestId_IsFoundInItsProjectOnly()
    {
        string requestId = Guid.NewGuid().ToString();
        Run run = (await _host.Runs.CreateRunsAsync(new CreateRunsRequest { Runs = { WorkflowFixture.Spec(requestId) } })).Runs[0];

        Assert.Equal(run.RunId, (await _host.Runs.GetRunAsync(new GetRunRequest { RequestId = requestId })).Run.RunId);
        await RefusedAsync(StatusCode.NotFound, "RUN_NOT_FOUND", () => _host.OtherRuns.GetRunAsync(new GetRunRequest { RequestId = requestId }).ResponseAsync);
        await RefusedAsync(StatusCode.NotFound, "RUN_NOT_FOUND", () => _host.Runs.GetRunAsync(new GetRunRequest()).ResponseAsync);
    }

    [Fact]
    public async Task Placement_BadInput_IsRefusedByFieldAndStoresNothing()
    {
        (string Field, string Reason, RunSpec Spec)[] cases =
        [
            ("/runs/0/placement/region", "PLACEMENT_INVALID", Spec(new RunPlacement { RegionRequired = true })),
            ("/runs/0/placement/region", "PLACEMENT_INVALID", Spec(new RunPlacement { Region = new string('x', 201) })),
            ("/runs/0/placement/worker", "NAME_INVALID", Spec(new RunPlacement { Worker = "Bad Name" })),
            ("/runs/0/placement/labels", "PLACEMENT_INVALID", Spec(new RunPlacement { Labels = { ["a\n"] = "b" } })),
            ("/runs/0/placement/fallback_after", "DURATION_INVALID", Spec(new RunPlacement { FallbackAfter = new Duration { Seconds = 601 } })),
            ("/runs/0/timeout", "DURATION_INVALID", new RunSpec(WorkflowFixture.Spec()) { Timeout = new Duration { Nanos = -1 } }),
            ("/runs/0/priority", "PRIORITY_OUT_OF_RANGE", new RunSpec(WorkflowFixture.Spec()) { Priority = -101 }),
        ];
        foreach ((string field, string reason, RunSpec spec) in cases)
        {
            RpcError error = await RefusedAsync(StatusCode.InvalidArgument, reason, () => _host.Runs.CreateRunsAsync(new CreateRunsRequest { Runs = { spec } }).ResponseAsync);
            Assert.Equal(field, Assert.Single(error.Violations).Field);
        }

        Assert.Empty((await _host.Runs.ListRunsAsync(new ListRunsRequest())).Runs);
    }

    [Fact]
    public async Task Claims_ManyRunsWaitForAWorkerThatIsAway_ReadOnlyTheHeadsOfTheQueues()
    {
        // No sweep in between: it counts the waiting runs for the limit of the queue.
        await _host.DisposeAsync();
        _host = await WorkflowHost.StartAsync(fixture.Servers, new Dictionary<string, string?> { ["Workflow:SweepInterval"] = "00:01:00" });
        await WorkflowFixture.PrepareAsync(_host);
        await CreateAsync(new RunPlacement { Labels = { ["gpu"] = "1" } }, priority: 100);
        await ExecuteAsync(
            $"""
            insert into workflow.runs(run_id, project_id, workflow_id, workflow_name, workflow_version, priority, create_time, queue_time, seed,
                event_sequence, step_count, job_name, actor, only_node_id, trace_id, traceparent, labels, inputs, target, fallback_target)
            select gen_random_uuid(), project_id, workflow_id, workflow_name, workflow_version, priority, create_time, queue_time, seed,
                event_sequence, step_count, job_name, actor, only_node_id, trace_id, traceparent, labels, inputs, target, fallback_target
            from workflow.runs, generate_series(1, {ForeignCount})
            """);
        Run[] open = [await CreateAsync(), await CreateAsync(), await CreateAsync()];
        await ExecuteAsync("analyze workflow.runs");
        long before = await FetchedAsync();

        string[] claimed = [await ClaimOneAsync(), await ClaimOneAsync(), await ClaimOneAsync()];

        Assert.Equal(open.Select(run => run.RunId), claimed);
        await Eventually.TrueAsync("the counters", async () => await FetchedAsync() > before, TimeSpan.FromMinutes(4));
        Assert.InRange(await FetchedAsync() - before, 1, ForeignCount / 10);
    }

    [Fact]
    public async Task Items_WaitingBeforeOthers_LeaveTheShareThatIsAskedFor()
    {
        Run parent = await CreateAsync();
        Assert.Equal(parent.RunId, await ClaimOneAsync());
        Run lesser = await CreateAsync(priority: -1);
        Run[] others = [await CreateAsync(), await CreateAsync()];
        Run[] items = [await CreateAsync(), await CreateAsync(), await CreateAsync(), await CreateAsync()];
        // As a fan-out creates them.
        await ExecuteAsync($"update workflow.runs set parent_run_id = '{parent.RunId}', priority = 1 where run_id = any('{{{string.Join(',', items.Select(item => item.RunId))}}}')");

        Assert.Equal([others[0].RunId, items[0].RunId], (await ClaimAsync(new ClaimRunsRequest { MaxCount = 2, BesideItems = 1 })).Order());
        Assert.Equal([items[1].RunId], await ClaimAsync(new ClaimRunsRequest { MaxCount = 1 }));
        Assert.Equal([others[1].RunId], await ClaimAsync(new ClaimRunsRequest { MaxCount = 1, BesideItems = 1 }));
        // Nobody is as urgent as the parent any more: the items get it all, and what is less urgent waits.
        Assert.Equal([items[2].RunId, items[3].RunId], (await ClaimAsync(new ClaimRunsRequest { MaxCount = 2, BesideItems = 2 })).Order());
        Assert.Equal([lesser.RunId], await ClaimAsync(new ClaimRunsRequest { MaxCount = 2, BesideItems = 2 }));
    }

    private static RunSpec Spec(RunPlacement? placement, int priority = 0) => new(WorkflowFixture.Spec()) { Placement = placement, Priority = priority };

    private static async Task<RpcError> RefusedAsync(StatusCode status, string reason, Func<Task> call)
    {
        RpcException exception = await Assert.ThrowsAsync<RpcException>(call);
        Assert.True(RpcError.TryRead(exception, out RpcError? error), exception.ToString());
        Assert.Equal((status, reason), (exception.StatusCode, error.Reason));
        return error;
    }

    private async Task<Run> CreateAsync(RunPlacement? placement = null, int priority = 0) =>
        (await _host.Runs.CreateRunsAsync(new CreateRunsRequest { Runs = { Spec(placement, priority) } })).Runs[0];

    private async Task<string> ClaimOneAsync() => Assert.Single(await ClaimAsync(new ClaimRunsRequest { MaxCount = 1 }));

    private async Task<IReadOnlyList<string>> ClaimAsync(ClaimRunsRequest request)
    {
        request.WorkerId = "worker-1";
        request.MaxCount = request.MaxCount == 0 ? 10 : request.MaxCount;
        return [.. (await _host.Dispatch.ClaimRunsAsync(request)).Runs.Select(claimed => claimed.Run.RunId)];
    }

    private async Task<long> FetchedAsync()
    {
        await using NpgsqlCommand command = _host.DataSource.CreateCommand(
            "select idx_tup_fetch from pg_stat_user_tables where schemaname = 'workflow' and relname = 'runs'");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using NpgsqlCommand command = _host.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}

using EasyQuant.Contracts.Run.V1;
using EasyQuant.Persistence.Faults;
using Grpc.Core;
using Npgsql;
using static EasyQuant.Services.Tests.Workflow.WorkflowDefinitionTests;

namespace EasyQuant.Services.Tests.Workflow;

[Collection(WorkflowServers.Name)]
public sealed class RunLifeTests(WorkflowFixture fixture)
{
    private readonly WorkflowHost _host = fixture.Host;
    private readonly FakeRunner _runner = new(fixture.Host);

    [Fact]
    public async Task Run_ReportedToTheEnd_HasOutputsStepsAndHistoryWithoutGaps()
    {
        Run run = await ClaimNewAsync();
        await _runner.ReportAsync(run, [FakeRunner.StepIn(StepState.Running, "a", 0)]);
        await _runner.ReportAsync(run, [FakeRunner.Done("a", 0), FakeRunner.Done("b", 1)]);
        await _runner.ReportAsync(run, [FakeRunner.Done("c", 2)], RunState.Succeeded);
        Run ended = await GetAsync(run);
        Assert.Equal((RunState.Succeeded, "done", 3), (ended.State, ended.Outputs.Fields["result"].StringValue, ended.FinishedStepCount));
        Assert.NotNull(ended.EndTime);
        List<RunEvent> events = await EventsAsync(run);
        Assert.Equal(
            [
                "run.created", "run.started", "step.started", "step.succeeded", "step.started", "step.succeeded", "step.started", "step.succeeded", "run.succeeded",
            ],
            events.Select(happened => happened.Type));
        Assert.Equal(Enumerable.Range(1, 9).Select(i => (long)i), events.Select(happened => happened.Sequence));
        ListStepsResponse steps = await _host.Runs.ListStepsAsync(new ListStepsRequest { RunId = run.RunId });
        Assert.Equal(["a", "b", "c"], steps.Steps.Select(step => step.Outputs.Fields["out"].StringValue));
    }

    [Fact]
    public async Task Claim_ByManyAtOnce_GrantsEachRunOnce()
    {
        var request = new CreateRunsRequest();
        request.Runs.AddRange(Enumerable.Range(0, 200).Select(_ => new RunSpec(WorkflowFixture.Spec()) { Priority = 100 }));
        HashSet<string> mine = [.. (await _host.Runs.CreateRunsAsync(request)).Runs.Select(run => run.RunId)];
        Task<List<Run>>[] claimers = [.. Enumerable.Range(0, 16).Select(async i =>
        {
            var got = new List<Run>();
            while (true)
            {
                ClaimRunsResponse answer = await _host.Dispatch.ClaimRunsAsync(new ClaimRunsRequest { WorkerId = $"w{i}", MaxCount = 7 });
                got.AddRange(answer.Runs.Select(claimed => claimed.Run));
                if (answer.Runs.Count == 0)
                {
                    return got;
                }
            }
        })];
        List<Run> granted = [.. (await Task.WhenAll(claimers)).SelectMany(runs => runs).Where(run => mine.Contains(run.RunId))];
        Assert.Equal(200, granted.Count);
        Assert.Equal(200, granted.Select(run => run.RunId).Distinct().Count());
        Assert.Equal(200, granted.Select(run => run.Epoch).Distinct().Count());
        foreach (Run run in granted)
        {
            await _runner.CompleteAsync(run);
        }
    }

    [Fact]
    public async Task Lease_Expired_NextRunnerContinuesAndTheZombieChangesNothing()
    {
        Run zombie = await ClaimNewAsync();
        await _runner.ReportAsync(zombie, [FakeRunner.Done("a", 0), FakeRunner.StepIn(StepState.Running, "b", 1)]);
        await _host.ExpireLeaseAsync(zombie.RunId);
        Run queued = await UntilAsync(zombie, run => run.State == RunState.Queued);
        Assert.Equal(1, queued.CrashCount);
        ClaimedRun next = await new FakeRunner(_host, "worker-2").ClaimAsync(zombie.RunId);
        Assert.True(next.Run.Epoch > zombie.Epoch);
        Assert.Equal("a", Assert.Single(next.FinishedSteps).Outputs.Fields["out"].StringValue);
        Assert.True((await _runner.ReportAsync(zombie, [FakeRunner.Done("b", 1)], RunState.Failed)).Lost);
        RenewLeasesResponse renewed = await _host.Dispatch.RenewLeasesAsync(new RenewLeasesRequest
        {
            WorkerId = "worker-1", Leases = { new LeaseKey { RunId = zombie.RunId, Epoch = zombie.Epoch } },
        });
        Assert.True(Assert.Single(renewed.Answers).Lost);
        Assert.Equal(RunState.Running, (await GetAsync(zombie)).State);
        await _runner.ReportAsync(next.Run, [FakeRunner.Done("b", 1), FakeRunner.Done("c", 2)], RunState.Succeeded);
        ListStepsResponse steps = await _host.Runs.ListStepsAsync(new ListStepsRequest { RunId = zombie.RunId });
        Assert.Equal([1, 2, 1], steps.Steps.Select(step => step.Attempt));
        Assert.Equal(RunState.Succeeded, (await GetAsync(zombie)).State);
    }

    [Fact]
    public async Task Lease_RenewedOrReported_LastsLonger()
    {
        Run run = await ClaimNewAsync();
        DateTime granted = await _host.LeaseUntilAsync(run.RunId);
        RenewLeasesResponse answer = await _host.Dispatch.RenewLeasesAsync(new RenewLeasesRequest
        {
            WorkerId = "worker-1", Leases = { new LeaseKey { RunId = run.RunId, Epoch = run.Epoch } },
        });
        Assert.False(Assert.Single(answer.Answers).Lost);
        DateTime renewed = await _host.LeaseUntilAsync(run.RunId);
        Assert.True(renewed > granted);
        await _runner.ReportAsync(run, [FakeRunner.Done("a", 0)]);
        Assert.True(await _host.LeaseUntilAsync(run.RunId) > renewed);
        await _runner.CompleteAsync(run);
        Assert.Equal(0, (await GetAsync(run)).CrashCount);
    }

    [Fact]
    public async Task Lease_ExpiredAfterAStepFailedForGood_NextRunnerDoesNotTryItAgain()
    {
        Run run = await ClaimNewAsync();
        await _runner.ReportAsync(run, [FakeRunner.StepIn(StepState.Failed, "a", 0)]);
        await _host.ExpireLeaseAsync(run.RunId);
        await UntilAsync(run, current => current.State == RunState.Queued);
        ClaimedRun next = await new FakeRunner(_host, "worker-2").ClaimAsync(run.RunId);
        Step failed = Assert.Single(next.FinishedSteps);
        Assert.Equal((StepState.Failed, "a"), (failed.State, failed.NodeId));
        await _runner.ReportAsync(next.Run, [], RunState.Failed);
    }

    // A report locks its runs from the oldest on: a renewal that held a newer one while it waits for an older one would be a deadlock with it.
    [Fact]
    public async Task Lease_RenewedWhileAnOlderRunIsLocked_HoldsNoNewerOneMeanwhile()
    {
        var runs = new List<Run>();
        for (int i = 0; i < 8; i++)
        {
            runs.Add(await ClaimNewAsync());
        }

        // Whatever order a plan reads in, that of the request or that of the table: newer ones come before the oldest.
        runs.Reverse();
        foreach (Run run in runs)
        {
            await _runner.ReportAsync(run, [FakeRunner.Done("a", 0)]);
        }

        await using NpgsqlConnection holder = await _host.DataSource.OpenConnectionAsync();
        // The plan of a table that is known, as in a service that has worked for a while.
        await using (var analyze = new NpgsqlCommand("analyze workflow.runs", holder))
        {
            await analyze.ExecuteNonQueryAsync();
        }

        await using NpgsqlTransaction transaction = await holder.BeginTransactionAsync();
        await LockAsync(holder, runs[^1], "for no key update");
        var request = new RenewLeasesRequest { WorkerId = "worker-1" };
        request.Leases.AddRange(runs.Select(run => new LeaseKey { RunId = run.RunId, Epoch = run.Epoch }));
        Task<RenewLeasesResponse> renewing = _host.Dispatch.RenewLeasesAsync(request).ResponseAsync;
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await using NpgsqlCommand waiting = _host.DataSource.CreateCommand(
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%lease_until = clock_timestamp()%'");
        while ((long)(await waiting.ExecuteScalarAsync(deadline.Token))! == 0)
        {
            await Task.Delay(20, deadline.Token);
        }

        foreach (Run newer in runs.SkipLast(1))
        {
            await LockAsync(holder, newer, "for no key update nowait");
        }

        await transaction.CommitAsync();
        Assert.All((await renewing).Answers, answer => Assert.False(answer.Lost));
        foreach (Run run in runs)
        {
            await _runner.CompleteAsync(run);
        }
    }

    [Fact]
    public async Task Report_Repeated_ChangesNothing()
    {
        Run run = await ClaimNewAsync();
        Step[] steps = [FakeRunner.Done("a", 0), FakeRunner.Done("b", 1), FakeRunner.Done("c", 2)];
        await _runner.ReportAsync(run, [steps[0]]);
        await _runner.ReportAsync(run, [steps[0]]);
        using (Failpoints.Arm("runs.report.after-commit:throw:1"))
        {
            Assert.False((await _runner.ReportAsync(run, steps, RunState.Succeeded)).Lost);
        }

        Assert.False((await _runner.ReportAsync(run, steps, RunState.Succeeded)).Lost);
        Assert.True((await _runner.ReportAsync(run, steps, RunState.Failed)).Lost);
        Assert.Equal(9, (await EventsAsync(run)).Count);
        Assert.Equal(3, (await GetAsync(run)).FinishedStepCount);
    }

    [Fact]
    public async Task Claim_AfterOneWhoseAnswerWasLost_GivesBackWhatTheWorkerDoesNotHold()
    {
        var runner = new FakeRunner(_host, "deaf");
        Run held = (await runner.ClaimAsync((await CreateAsync()).RunId)).Run;
        Run unheard = (await runner.ClaimAsync((await CreateAsync()).RunId)).Run;
        Run others = await ClaimNewAsync();

        // A worker that does not tell what it holds loses nothing.
        var request = new ClaimRunsRequest { WorkerId = "deaf", MaxCount = 1, RunId = unheard.RunId, ReleaseUnheld = true, ProjectId = "nobodys" };
        Assert.Empty((await _host.Dispatch.ClaimRunsAsync(request)).Runs);
        Assert.Equal(RunState.Running, (await GetAsync(unheard)).State);

        request.ProjectId = "";
        request.Held = new HeldLeases { Leases = { new LeaseKey { RunId = held.RunId, Epoch = held.Epoch } } };
        Run again = Assert.Single((await _host.Dispatch.ClaimRunsAsync(request)).Runs).Run;
        Assert.Equal((unheard.RunId, 0, true), (again.RunId, again.CrashCount, again.Epoch > unheard.Epoch));
        Assert.Equal(["run.created", "run.started", "run.released", "run.started"], (await EventsAsync(again)).Select(happened => happened.Type));
        Assert.True((await runner.ReportAsync(unheard, [FakeRunner.Done("a", 0)])).Lost);
        Assert.False((await runner.ReportAsync(held, [FakeRunner.Done("a", 0)])).Lost);
        Assert.False((await _runner.ReportAsync(others, [FakeRunner.Done("a", 0)])).Lost);
        foreach ((FakeRunner holder, Run run) in new[] { (runner, again), (runner, held), (_runner, others) })
        {
            await holder.CompleteAsync(run);
        }
    }

    [Fact]
    public async Task Claim_TriedAgainByTheClientItself_GivesBackWhatTheFirstTryGranted()
    {
        var request = new ClaimRunsRequest { WorkerId = "retrying", MaxCount = 1, RunId = (await CreateAsync()).RunId, Held = new HeldLeases() };
        Run unheard = Assert.Single((await _host.Dispatch.ClaimRunsAsync(request)).Runs).Run;

        // What gRPC adds when it sends a call again under its retry policy.
        var retried = new Metadata { { "grpc-previous-rpc-attempts", "1" } };
        Run again = Assert.Single((await _host.Dispatch.ClaimRunsAsync(request, retried)).Runs).Run;

        Assert.Equal((unheard.RunId, 0, true), (again.RunId, again.CrashCount, again.Epoch > unheard.Epoch));
        await new FakeRunner(_host, "retrying").CompleteAsync(again);
    }

    [Fact]
    public async Task Claim_WithADroppedLease_EndsItAndCountsItAsACrash()
    {
        Run dropped = await ClaimNewAsync();
        Run kept = await ClaimNewAsync();
        var request = new ClaimRunsRequest
        {
            WorkerId = "worker-1",
            MaxCount = 1,
            ProjectId = "nobodys",
            Dropped = new HeldLeases { Leases = { new LeaseKey { RunId = dropped.RunId, Epoch = dropped.Epoch }, new LeaseKey { RunId = kept.RunId, Epoch = kept.Epoch - 1 } } },
        };
        DateTime until = await _host.LeaseUntilAsync(dropped.RunId);
        await _host.Dispatch.ClaimRunsAsync(request);
        Assert.Equal(until, await _host.LeaseUntilAsync(dropped.RunId));

        request.ProjectId = "default";
        await _host.Dispatch.ClaimRunsAsync(request);
        Run back = await UntilAsync(dropped, run => run.State == RunState.Queued);
        Assert.Equal(1, back.CrashCount);
        Assert.False((await _runner.ReportAsync(kept, [FakeRunner.Done("a", 0)])).Lost);
        await CancelAsync(kept);
        await CancelAsync(dropped);
    }

    [Fact]
    public async Task Claim_NamingADeadWorker_EndsItsLeasesAloneAndCountsACrash()
    {
        var dead = new FakeRunner(_host, "dead");
        Run orphan = (await dead.ClaimAsync((await CreateAsync()).RunId)).Run;
        Run kept = await ClaimNewAsync();
        var request = new ClaimRunsRequest { WorkerId = "worker-1", MaxCount = 1, ProjectId = "nobodys", DeadWorkers = { "dead", "worker-1" } };
        DateTime until = await _host.LeaseUntilAsync(orphan.RunId);
        await _host.Dispatch.ClaimRunsAsync(request);
        Assert.Equal(until, await _host.LeaseUntilAsync(orphan.RunId));

        request.ProjectId = "default";
        await _host.Dispatch.ClaimRunsAsync(request);
        Run back = await UntilAsync(orphan, run => run.State == RunState.Queued);
        Assert.Equal(1, back.CrashCount);
        Assert.True((await dead.ReportAsync(orphan, [FakeRunner.Done("a", 0)])).Lost);
        Assert.False((await _runner.ReportAsync(kept, [FakeRunner.Done("a", 0)])).Lost);
        await CancelAsync(kept);
        await CancelAsync(orphan);
    }

    [Fact]
    public async Task Claim_CommittedAndTriedAgain_GrantsTheSameRunAndLeavesNoneBehind()
    {
        Run first = await CreateAsync();
        var request = new ClaimRunsRequest { WorkerId = "twice", MaxCount = 1, RunId = first.RunId, Held = new HeldLeases() };
        Run granted;
        using (Failpoints.Arm("runs.claim.after-commit:throw:1"))
        {
            granted = Assert.Single((await _host.Dispatch.ClaimRunsAsync(request)).Runs).Run;
        }

        Assert.Equal(first.RunId, granted.RunId);
        Assert.Equal(["run.created", "run.started", "run.released", "run.started"], (await EventsAsync(granted)).Select(happened => happened.Type));
        await new FakeRunner(_host, "twice").CompleteAsync(granted);
    }

    [Fact]
    public async Task Release_Run_IsQueuedAgainWithoutCountingACrash()
    {
        Run run = await ClaimNewAsync();
        await _host.Dispatch.ReleaseRunsAsync(new ReleaseRunsRequest
        {
            WorkerId = "worker-1", Leases = { new LeaseKey { RunId = run.RunId, Epoch = run.Epoch } },
        });
        Run released = await GetAsync(run);
        Assert.Equal((RunState.Queued, 0), (released.State, released.CrashCount));
        Assert.True((await _runner.ReportAsync(run, [FakeRunner.Done("a", 0)])).Lost);
        await CancelAsync(run);
    }

    [Fact]
    public async Task Cancel_QueuedAndRunning_EndsAtOnceOrThroughTheRunner()
    {
        Run queued = await CreateAsync();
        Assert.Equal(RunState.Cancelled, (await CancelAsync(queued)).State);
        Assert.Equal(RunState.Cancelled, (await CancelAsync(queued)).State);
        Assert.Equal("because", (await EventsAsync(queued))[^1].Message);

        Run running = await ClaimNewAsync();
        Assert.Equal(RunState.Running, (await CancelAsync(running)).State);
        RenewLeasesResponse renewed = await _host.Dispatch.RenewLeasesAsync(new RenewLeasesRequest
        {
            WorkerId = "worker-1", Leases = { new LeaseKey { RunId = running.RunId, Epoch = running.Epoch } },
        });
        Assert.True(Assert.Single(renewed.Answers).CancelRequested);
        Assert.True((await _runner.ReportAsync(running, [FakeRunner.Done("a", 0)])).CancelRequested);
        await _runner.ReportAsync(running, [FakeRunner.StepIn(StepState.Cancelled, "b", 1)], RunState.Cancelled);
        Assert.Equal(RunState.Cancelled, (await GetAsync(running)).State);
    }

    [Fact]
    public async Task Cancel_RunnerDead_TakesEffectWhenTheLeaseExpires()
    {
        Run run = await ClaimNewAsync();
        await CancelAsync(run);
        await _host.ExpireLeaseAsync(run.RunId);
        await UntilAsync(run, current => current.State == RunState.Cancelled);
    }

    [Fact]
    public async Task Pause_ThenResume_ContinuesAfterTheLastStep()
    {
        Run run = await ClaimNewAsync();
        await _host.Runs.PauseRunAsync(new PauseRunRequest { RunId = run.RunId });
        Assert.True((await _runner.ReportAsync(run, [FakeRunner.Done("a", 0)])).PauseRequested);
        await _runner.ReportAsync(run, [], RunState.Paused);
        Assert.Equal(RunState.Paused, (await GetAsync(run)).State);
        Assert.Equal(RunState.Paused, (await _host.Runs.PauseRunAsync(new PauseRunRequest { RunId = run.RunId })).Run.State);
        Assert.Equal(RunState.Queued, (await _host.Runs.ResumeRunAsync(new ResumeRunRequest { RunId = run.RunId })).Run.State);
        Assert.Equal(RunState.Queued, (await _host.Runs.ResumeRunAsync(new ResumeRunRequest { RunId = run.RunId })).Run.State);
        ClaimedRun next = await _runner.ClaimAsync(run.RunId);
        Assert.Equal("a", Assert.Single(next.FinishedSteps).NodeId);
        await _runner.ReportAsync(next.Run, [FakeRunner.Done("b", 1), FakeRunner.Done("c", 2)], RunState.Succeeded);
        await ThrowsAsync("RUN_STATE_CONFLICT", StatusCode.FailedPrecondition, async () =>
            await _host.Runs.PauseRunAsync(new PauseRunRequest { RunId = run.RunId }));
        await ThrowsAsync("RUN_STATE_CONFLICT", StatusCode.FailedPrecondition, async () =>
            await _host.Runs.ResumeRunAsync(new ResumeRunRequest { RunId = run.RunId }));
    }

    [Fact]
    public async Task Retry_FailedRun_KeepsEarlierOutputsAndCountsAttempts()
    {
        Run run = await ClaimNewAsync();
        await ThrowsAsync("RUN_STATE_CONFLICT", StatusCode.FailedPrecondition, async () =>
            await _host.Runs.RetryRunAsync(new RetryRunRequest { RunId = run.RunId }));
        await _runner.ReportAsync(
            run,
            [FakeRunner.Done("a", 0), FakeRunner.StepIn(StepState.Failed, "b", 1, attempt: 2)],
            RunState.Failed,
            new RunError { Reason = "NODE_FAILED", Message = "It broke.", NodeId = "b" });
        Run failed = await GetAsync(run);
        Assert.Equal((RunState.Failed, "NODE_FAILED"), (failed.State, failed.Error.Reason));

        string requestId = Guid.NewGuid().ToString();
        var retry = new RetryRunRequest { RunId = run.RunId, RequestId = requestId };
        Run retried = (await _host.Runs.RetryRunAsync(retry)).Run;
        Assert.Equal((RunState.Queued, 1), (retried.State, retried.FinishedStepCount));
        Assert.Null(retried.Error);
        Assert.Equal(retried, (await _host.Runs.RetryRunAsync(retry)).Run);
        ClaimedRun next = await _runner.ClaimAsync(run.RunId);
        Assert.Equal("a", Assert.Single(next.FinishedSteps).NodeId);
        await _runner.ReportAsync(next.Run, [FakeRunner.Done("b", 1), FakeRunner.Done("c", 2)], RunState.Succeeded);
        ListStepsResponse steps = await _host.Runs.ListStepsAsync(new ListStepsRequest { RunId = run.RunId });
        Assert.Equal([1, 3, 1], steps.Steps.Select(step => step.Attempt));
    }

    [Fact]
    public async Task Retry_FromStep_RunsWhatDependsOnItAgain()
    {
        Run run = await ClaimNewAsync();
        await _runner.CompleteAsync(run);
        await ThrowsAsync("STEP_NOT_FOUND", StatusCode.NotFound, async () =>
            await _host.Runs.RetryRunAsync(new RetryRunRequest { RunId = run.RunId, FromNodeId = "z" }));
        await _host.Runs.RetryRunAsync(new RetryRunRequest { RunId = run.RunId, FromNodeId = "b" });
        ClaimedRun next = await _runner.ClaimAsync(run.RunId);
        Assert.Equal("a", Assert.Single(next.FinishedSteps).NodeId);
        await _runner.ReportAsync(next.Run, [FakeRunner.Done("b", 1), FakeRunner.Done("c", 2)], RunState.Succeeded);
        // c reads a by an expression only, and still depends on it.
        await _host.Runs.RetryRunAsync(new RetryRunRequest { RunId = run.RunId, FromNodeId = "a" });
        Assert.Empty((await _runner.ClaimAsync(run.RunId)).FinishedSteps);
    }

    [Fact]
    public async Task Crash_TooOften_FailsTheRun()
    {
        Run run = await CreateAsync();
        for (int crash = 1; crash <= 5; crash++)
        {
            await _runner.ClaimAsync(run.RunId);
            await _host.ExpireLeaseAsync(run.RunId);
            await UntilAsync(run, current => current.CrashCount == crash);
        }

        Run failed = await GetAsync(run);
        Assert.Equal((RunState.Failed, "RUN_CRASHED"), (failed.State, failed.Error.Reason));
    }

    [Fact]
    public async Task Claim_RunTooLargeForOneMessage_FailsTheRunInsteadOfClaimingItForEver()
    {
        Run run = await ClaimNewAsync();
        foreach ((string node, int position) in new[] { ("a", 0), ("b", 1), ("c", 2) })
        {
            Step step = FakeRunner.Done(node, position);
            step.Outputs.Fields["out"] = Google.Protobuf.WellKnownTypes.Value.ForString(new string('x', 1_500_000));
            await _runner.ReportAsync(run, [step]);
        }

        await _host.ExpireLeaseAsync(run.RunId);
        await UntilAsync(run, current => current.State == RunState.Queued);
        Assert.Empty((await _host.Dispatch.ClaimRunsAsync(new ClaimRunsRequest { WorkerId = "worker-1", MaxCount = 1, RunId = run.RunId })).Runs);
        Run failed = await GetAsync(run);
        Assert.Equal((RunState.Failed, "LIMIT_EXCEEDED"), (failed.State, failed.Error.Reason));
    }

    private async Task<Run> CreateAsync() =>
        Assert.Single((await _host.Runs.CreateRunsAsync(new CreateRunsRequest { Runs = { WorkflowFixture.Spec() } })).Runs);

    private async Task<Run> ClaimNewAsync() => (await _runner.ClaimAsync((await CreateAsync()).RunId)).Run;

    private async Task<Run> GetAsync(Run run) => (await _host.Runs.GetRunAsync(new GetRunRequest { RunId = run.RunId })).Run;

    private async Task<Run> CancelAsync(Run run) =>
        (await _host.Runs.CancelRunAsync(new CancelRunRequest { RunId = run.RunId, Cause = "because" })).Run;

    private async Task<List<RunEvent>> EventsAsync(Run run)
    {
        var events = new List<RunEvent>();
        var request = new ListRunEventsRequest { RunId = run.RunId, PageSize = 2 };
        do
        {
            ListRunEventsResponse page = await _host.Runs.ListRunEventsAsync(request);
            events.AddRange(page.Events);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return events;
    }

    private static async Task LockAsync(NpgsqlConnection connection, Run run, string how)
    {
        await using var command = new NpgsqlCommand($"select from workflow.runs where run_id = $1 {how}", connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Guid.Parse(run.RunId) });
        await command.ExecuteNonQueryAsync();
    }

    private async Task<Run> UntilAsync(Run run, Func<Run, bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        while (true)
        {
            Run current = await GetAsync(run);
            if (condition(current))
            {
                return current;
            }

            Assert.False(deadline.IsCancellationRequested, $"Run {run.RunId} did not get there in time: {current}");
            await Task.Delay(30, CancellationToken.None);
        }
    }
}

using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Workflow.V1;
using EasyQuant.Persistence.Faults;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Npgsql;
using static EasyQuant.Services.Tests.Workflow.WorkflowDefinitionTests;

namespace EasyQuant.Services.Tests.Workflow;

[Collection(WorkflowServers.Name)]
public sealed class RunCreateTests(WorkflowFixture fixture)
{
    private readonly WorkflowHost _host = fixture.Host;

    [Fact]
    public async Task Create_Run_FillsDefaultsAndKeepsItsVersion()
    {
        Run run = await CreateAsync(WorkflowFixture.Spec());
        Assert.Equal(RunState.Queued, run.State);
        Assert.Equal(20, run.Inputs.Fields["days"].NumberValue);
        Assert.Equal((1, 3, "default", "key:mine"), (run.WorkflowVersion, run.StepCount, run.ProjectId, run.Actor));
        Assert.Equal($"http://dashboard.test/traces/detail/{run.TraceId}", run.TraceUrl);
        Assert.Equal(32, run.TraceId.Length);
        Assert.Equal(run, (await _host.Runs.GetRunAsync(new GetRunRequest { RunId = run.RunId })).Run);
        ListStepsResponse steps = await _host.Runs.ListStepsAsync(new ListStepsRequest { RunId = run.RunId });
        Assert.Equal(["a", "b", "c"], steps.Steps.Select(step => step.NodeId));
        Assert.All(steps.Steps, step => Assert.Equal(StepState.Pending, step.State));
    }

    [Fact]
    public async Task Create_SameRequestId_ReturnsTheRunOrRefusesOtherContent()
    {
        string id = Guid.NewGuid().ToString();
        Run first = await CreateAsync(WorkflowFixture.Spec(id));
        Assert.Equal(first, await CreateAsync(WorkflowFixture.Spec(id)));
        await ThrowsAsync("REQUEST_ID_REUSED", StatusCode.AlreadyExists, () => CreateAsync(WorkflowFixture.Spec(id, "000001.SZ")));
        Run elsewhere = first.Clone();
        await ThrowsAsync("WORKFLOW_NOT_FOUND", StatusCode.NotFound, async () =>
            await _host.OtherRuns.CreateRunsAsync(new CreateRunsRequest { Runs = { WorkflowFixture.Spec(id) } }));
        Assert.Equal(elsewhere, first);
    }

    [Fact]
    public async Task Create_By32CallersAtOnce_MakesOneRun()
    {
        string[] ids = [.. Enumerable.Range(0, 4).Select(_ => Guid.NewGuid().ToString())];
        Task<CreateRunsResponse>[] calls = [.. Enumerable.Range(0, 32).Select(i =>
        {
            var request = new CreateRunsRequest();
            // Different orders: batches that lock crosswise would deadlock.
            request.Runs.AddRange((i % 2 == 0 ? ids : ids.Reverse()).Select(id => WorkflowFixture.Spec(id)));
            return _host.Runs.CreateRunsAsync(request).ResponseAsync;
        })];
        CreateRunsResponse[] answers = await Task.WhenAll(calls);
        Assert.Equal(4, answers.SelectMany(answer => answer.Runs).Select(run => run.RunId).Distinct().Count());
        Assert.Equal(4L, await ScalarAsync($"select count(*) from workflow.runs where request_id in ({string.Join(',', ids.Select(id => $"'{id}'"))})"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("with-request-id")]
    public async Task Create_ReplyToCommitLost_MakesOneRun(string kind)
    {
        string id = kind.Length > 0 ? Guid.NewGuid().ToString() : "";
        string symbol = Guid.NewGuid().ToString();
        Run run;
        using (Failpoints.Arm("runs.create.after-commit:throw:1"))
        {
            run = await CreateAsync(WorkflowFixture.Spec(id, symbol));
        }

        ListRunsResponse all = await _host.Runs.ListRunsAsync(new ListRunsRequest { PageSize = 500, StartTime = run.CreateTime });
        Assert.Single(all.Runs, other => other.RunId == run.RunId || other.CreateTime.Equals(run.CreateTime));
        ListRunEventsResponse events = await _host.Runs.ListRunEventsAsync(new ListRunEventsRequest { RunId = run.RunId });
        Assert.Equal("run.created", Assert.Single(events.Events).Type);
    }

    [Fact]
    public async Task Create_BatchWithOneBadRun_CreatesNone()
    {
        long before = (long)(await ScalarAsync("select count(*) from workflow.runs"))!;
        RunSpec bad = WorkflowFixture.Spec();
        bad.Inputs = JsonParser.Default.Parse<Struct>("""{"symbol": 5, "colour": "red"}""");
        ServiceDefaults.Errors.RpcError error = await ThrowsAsync("INPUT_TYPE", StatusCode.InvalidArgument, async () =>
            await _host.Runs.CreateRunsAsync(new CreateRunsRequest { Runs = { WorkflowFixture.Spec(), bad } }));
        Assert.Equal(["/runs/1/inputs/symbol", "/runs/1/inputs/colour"], error.Violations.Select(violation => violation.Field));
        bad.Inputs = new Struct();
        await ThrowsAsync("INPUT_MISSING", StatusCode.InvalidArgument, () => CreateAsync(bad));
        Assert.Equal(before, await ScalarAsync("select count(*) from workflow.runs"));
    }

    [Fact]
    public async Task Create_WithSubWorkflow_FixesItsVersionForTheRun()
    {
        await _host.Workflows.CreateWorkflowAsync(new CreateWorkflowRequest { Definition = WorkflowFixture.Chain("callee") });
        await _host.Workflows.CreateWorkflowAsync(new CreateWorkflowRequest { Definition = WorkflowFixture.Caller("caller", "callee") });
        Run run = await CreateAsync(new RunSpec { WorkflowName = "caller" });
        await _host.Workflows.UpdateWorkflowAsync(new UpdateWorkflowRequest { Name = "callee", Definition = WorkflowFixture.Chain("callee", "new") });
        ClaimedRun claimed = await new FakeRunner(_host).ClaimAsync(run.RunId);
        SubWorkflow callee = Assert.Single(claimed.SubWorkflows);
        Assert.Equal(("callee", 1), (callee.Definition.Name, callee.Version));
        Assert.Equal("caller", claimed.Definition.Name);
    }

    [Fact]
    public async Task Create_OneNodeAlone_HandsOutThePinnedInputs()
    {
        RunSpec spec = WorkflowFixture.Spec();
        spec.OnlyNodeId = "b";
        spec.PinnedInputs = JsonParser.Default.Parse<Struct>("""{"in": [1, 2]}""");
        Run run = await CreateAsync(spec);
        Assert.Equal(1, run.StepCount);
        ClaimedRun claimed = await new FakeRunner(_host).ClaimAsync(run.RunId);
        Assert.Equal("b", claimed.Run.OnlyNodeId);
        Assert.Equal(spec.PinnedInputs, claimed.PinnedInputs);
        spec.OnlyNodeId = "nobody";
        await ThrowsAsync("STEP_NOT_FOUND", StatusCode.NotFound, () => CreateAsync(spec));
    }

    [Fact]
    public async Task Lists_PageByPage_ShowEveryRunOnceAndRefuseForeignTokens()
    {
        var request = new CreateRunsRequest();
        string job = $"j{Guid.NewGuid():N}";
        request.Runs.AddRange(Enumerable.Range(0, 7).Select(_ => new RunSpec(WorkflowFixture.Spec()) { JobName = job }));
        CreateRunsResponse created = await _host.Runs.CreateRunsAsync(request);
        var seen = new List<string>();
        var list = new ListRunsRequest { PageSize = 3, JobName = job, States = { RunState.Queued } };
        do
        {
            ListRunsResponse page = await _host.Runs.ListRunsAsync(list);
            seen.AddRange(page.Runs.Select(run => run.RunId));
            list.PageToken = page.NextPageToken;
        }
        while (list.PageToken.Length > 0);
        Assert.Equal(created.Runs.Select(run => run.RunId).OrderDescending(StringComparer.Ordinal), seen);

        list.PageToken = "";
        string token = (await _host.Runs.ListRunsAsync(list)).NextPageToken;
        foreach (ListRunsRequest foreign in new[]
        {
            new ListRunsRequest { PageToken = token },
            new ListRunsRequest { PageToken = token, JobName = "other" },
            new ListRunsRequest { PageToken = "garbage", JobName = job },
        })
        {
            await ThrowsAsync("PAGE_TOKEN_INVALID", StatusCode.InvalidArgument, async () => await _host.Runs.ListRunsAsync(foreign));
        }

        await ThrowsAsync("PAGE_TOKEN_INVALID", StatusCode.InvalidArgument, async () =>
            await _host.OtherRuns.ListRunsAsync(new ListRunsRequest(list) { PageToken = token }));
        await ThrowsAsync("PAGE_SIZE_INVALID", StatusCode.InvalidArgument, async () =>
            await _host.Runs.ListRunsAsync(new ListRunsRequest { PageSize = 501 }));
        Assert.Empty((await _host.Runs.ListRunsAsync(new ListRunsRequest { JobName = job, States = { RunState.Failed } })).Runs);
    }

    [Fact]
    public async Task EveryCall_ForeignRun_IsNotFound()
    {
        Run run = await CreateAsync(WorkflowFixture.Spec());
        string id = run.RunId;
        foreach (Func<Task> call in new Func<Task>[]
        {
            async () => await _host.OtherRuns.GetRunAsync(new GetRunRequest { RunId = id }),
            async () => await _host.OtherRuns.ListStepsAsync(new ListStepsRequest { RunId = id }),
            async () => await _host.OtherRuns.ReadStepTableAsync(new ReadStepTableRequest { RunId = id, NodeId = "a", Port = "out" }),
            async () => await _host.OtherRuns.ListRunEventsAsync(new ListRunEventsRequest { RunId = id }),
            async () => await _host.OtherRuns.CancelRunAsync(new CancelRunRequest { RunId = id }),
            async () => await _host.OtherRuns.PauseRunAsync(new PauseRunRequest { RunId = id }),
            async () => await _host.OtherRuns.ResumeRunAsync(new ResumeRunRequest { RunId = id }),
            async () => await _host.OtherRuns.RetryRunAsync(new RetryRunRequest { RunId = id }),
            async () => await _host.OtherRuns.WatchRun(new WatchRunRequest { RunId = id }).ResponseStream.MoveNext(CancellationToken.None),
            async () => await _host.Runs.GetRunAsync(new GetRunRequest { RunId = Guid.NewGuid().ToString() }),
            async () => await _host.Runs.GetRunAsync(new GetRunRequest { RunId = ".." }),
        })
        {
            await ThrowsAsync("RUN_NOT_FOUND", StatusCode.NotFound, call);
        }

        Assert.Equal(RunState.Queued, (await _host.Runs.GetRunAsync(new GetRunRequest { RunId = id })).Run.State);
        await ThrowsAsync("INTERNAL_CALL", StatusCode.PermissionDenied, async () =>
            await _host.OutsideDispatch.ClaimRunsAsync(new ClaimRunsRequest { WorkerId = "w", MaxCount = 1 }));
    }

    private async Task<Run> CreateAsync(RunSpec spec) =>
        Assert.Single((await _host.Runs.CreateRunsAsync(new CreateRunsRequest { Runs = { spec } })).Runs);

    private async Task<object?> ScalarAsync(string sql)
    {
        await using NpgsqlCommand command = _host.DataSource.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}

using EasyQuant.Contracts.Group.V1;
using EasyQuant.Contracts.Run.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace EasyQuant.Services.Tests.Workflow.Groups;

[Collection(WorkflowServers.Name)]
public sealed class GroupServiceTests(WorkflowFixture fixture)
{
    private static int s_count;

    private readonly WorkflowHost _host = fixture.Host;
    private readonly FakeRunner _runner = new(fixture.Host);

    [Fact]
    public async Task Create_TwiceWithOneRequestId_StoresOneVersionAndUpdateAddsTheNext()
    {
        string name = NewName();
        var request = new CreateProcessSchedulerRequest { RequestId = Guid.NewGuid().ToString(), Definition = Definition(name) };
        ProcessScheduler first = (await _host.Groups.CreateProcessSchedulerAsync(request)).Scheduler;
        ProcessScheduler again = (await _host.Groups.CreateProcessSchedulerAsync(request)).Scheduler;
        Assert.Equal((first.SchedulerId, 1), (again.SchedulerId, again.Version));
        GroupsDefinition wider = Definition(name);
        wider.Groups[1].Replicas = 3;
        ProcessScheduler second = (await _host.Groups.UpdateProcessSchedulerAsync(new UpdateProcessSchedulerRequest { Name = name, Definition = wider, ExpectedVersion = 1 })).Scheduler;
        Assert.Equal(2, second.Version);
        ProcessScheduler same = (await _host.Groups.UpdateProcessSchedulerAsync(new UpdateProcessSchedulerRequest { Name = name, Definition = second.Definition })).Scheduler;
        Assert.Equal((2, second.DefinitionHash), (same.Version, same.DefinitionHash));
        ProcessScheduler old = (await _host.Groups.GetProcessSchedulerAsync(new GetProcessSchedulerRequest { Name = name, Version = 1 })).Scheduler;
        Assert.Equal(first, old);
        Assert.Equal([2, 1], (await _host.Groups.ListProcessSchedulerVersionsAsync(new ListProcessSchedulerVersionsRequest { Name = name })).Schedulers.Select(one => one.Version));
        await Refused(_host.Groups.UpdateProcessSchedulerAsync(new UpdateProcessSchedulerRequest { Name = name, Definition = Definition(name), ExpectedVersion = 1 }), StatusCode.FailedPrecondition);
        await Refused(_host.OtherGroups.GetProcessSchedulerAsync(new GetProcessSchedulerRequest { Name = name }), StatusCode.NotFound);
        await _host.Groups.DeleteProcessSchedulerAsync(new DeleteProcessSchedulerRequest { Name = name });
        Assert.Empty((await _host.Groups.ListProcessSchedulersAsync(new ListProcessSchedulersRequest { NamePrefix = name })).Schedulers);
    }

    [Fact]
    public async Task Validate_ManyFaults_NamesAllWithTheirGroups()
    {
        GroupsDefinition wrong = Definition(NewName());
        wrong.Groups[0].Shards = 0;
        wrong.Groups[1].Nodes[0].Type = "Pass";
        wrong.Groups[1].InputQueue = "nowhere";
        ValidateProcessSchedulerResponse answer = await _host.Groups.ValidateProcessSchedulerAsync(new ValidateProcessSchedulerRequest { Definition = wrong });
        Assert.Equal(
            ["NODE_CANNOT_STREAM work/make", "PARAMETER_OUT_OF_RANGE read", "QUEUE_WITHOUT_CONSUMER read", "QUEUE_WITHOUT_PRODUCER work"],
            answer.Findings.Select(finding => $"{finding.Reason} {finding.NodeId}").Order(StringComparer.Ordinal));
        await Refused(_host.Groups.CreateProcessSchedulerAsync(new CreateProcessSchedulerRequest { Definition = wrong }), StatusCode.InvalidArgument);
    }

    [Fact]
    public async Task Topology_OfStoredGroups_HasGroupsQueuesAndEdges()
    {
        string name = await CreateAsync();
        GetQueueTopologyResponse picture = await _host.Groups.GetQueueTopologyAsync(new GetQueueTopologyRequest { Name = name });
        Assert.Equal(["group:read 0", "group:work 2", "queue:rows 1"], picture.Nodes.Select(node => $"{node.Id} {node.Layer}"));
        Assert.Equal(["group:read>queue:rows", "queue:rows>group:work"], picture.Edges.Select(edge => $"{edge.From}>{edge.To}"));
    }

    [Fact]
    public async Task Start_EveryReplicaSucceeds_EndsWithItsSums()
    {
        GroupStart start = await StartAsync();
        Assert.Equal([2, 1], start.Groups.Select(group => group.Runs.Count));
        foreach (GroupState group in start.Groups)
        {
            foreach (ReplicaRun replica in group.Runs)
            {
                Run run = (await _runner.ClaimAsync(replica.RunId)).Run;
                Assert.Equal((start.StartId, group.GroupId), (run.Inputs.Fields["start"].StringValue, run.Inputs.Fields["group"].StringValue));
                await _host.RunnerGroups.ReportGroupSumsAsync(new ReportGroupSumsRequest
                {
                    StartId = start.StartId,
                    GroupId = group.GroupId,
                    RunId = run.RunId,
                    Epoch = run.Epoch,
                    RunErrorCount = 2,
                    Sums = new GroupSums { ChunkCount = 10, RowCount = 1000, ByteCount = 5000, DeadLetterCount = 1, ShardsDone = 8 },
                    Stages =
                    {
                        new StageSums { NodeId = "first", NodeType = "Load", ChunkCount = 5, RowCount = 500, ByteCount = 70, Busy = Seconds(2), Waiting = Seconds(1) },
                        new StageSums { NodeId = "last", NodeType = "Keep", ChunkCount = 4, RowCount = 400, ErrorCount = 1 },
                    },
                });
                await _runner.ReportAsync(run, [FakeRunner.Done("group", 0)], RunState.Succeeded);
            }
        }

        GroupStart ended = await WaitAsync(start.StartId, one => one.State == StartState.Succeeded);
        Assert.Equal([(10L, 1000L, 4L), (10L, 1000L, 2L)], ended.Groups.Select(group => (group.Sums.ChunkCount, group.Sums.RowCount, group.Sums.ErrorCount)));
        Assert.NotNull(ended.EndTime);
        Assert.Equal(
            [
                new StageSums { NodeId = "first", NodeType = "Load", ChunkCount = 10, RowCount = 1000, ByteCount = 140, Busy = Seconds(4), Waiting = Seconds(2) },
                new StageSums { NodeId = "last", NodeType = "Keep", ChunkCount = 8, RowCount = 800, ErrorCount = 2, Busy = Seconds(0), Waiting = Seconds(0) },
            ],
            ended.Groups[0].Stages);
        Assert.Equal([(5L, 0L), (4L, 1L)], ended.Groups[1].Stages.Select(stage => (stage.ChunkCount, stage.ErrorCount)));
        await Refused(_host.Groups.ScaleGroupAsync(new ScaleGroupRequest { StartId = start.StartId, GroupId = "work", Replicas = 2 }), StatusCode.FailedPrecondition);
    }

    [Fact]
    public async Task DeadLetters_AsReported_AreListedByFilterAndPageAndNoOlderWordCounts()
    {
        GroupStart start = await StartAsync();
        Run run = (await _runner.ClaimAsync(start.Groups[1].Runs[0].RunId)).Run;
        var now = DateTimeOffset.UtcNow;
        await ReportAsync(start, run, run.Epoch, [.. Enumerable.Range(1, 5).Select(id => Letter(id, id == 4 ? "CHUNK_CORRUPT" : "COLUMN_MISSING", now))]);
        // The same again, an older word, and one of a run that lost its lease: none of them changes anything.
        await ReportAsync(start, run, run.Epoch, [Letter(1, "COLUMN_MISSING", now), Letter(2, "OLDER", now.AddSeconds(-1))]);
        await ReportAsync(start, run, run.Epoch - 1, [Letter(3, "STALE", now.AddSeconds(9)), Letter(6, "STALE", now)]);
        DeadLetter consumed = Letter(5, "COLUMN_MISSING", now.AddSeconds(1));
        consumed.State = DeadLetterState.Resolved;
        await ReportAsync(start, run, run.Epoch, [consumed]);
        Assert.Equal([1, 2, 3, 4], (await ListAsync(new ListDeadLettersRequest { StartId = start.StartId, GroupId = "work" })).DeadLetters.Select(letter => letter.DeadLetterId));
        ListDeadLettersResponse page = await ListAsync(new ListDeadLettersRequest { StartId = start.StartId, GroupId = "work", Reason = "COLUMN_MISSING", IncludeResolved = true, PageSize = 2 });
        Assert.Equal([Letter(1, "COLUMN_MISSING", now), Letter(2, "COLUMN_MISSING", now)], page.DeadLetters);
        var rest = new ListDeadLettersRequest { StartId = start.StartId, GroupId = "work", Reason = "COLUMN_MISSING", IncludeResolved = true, PageSize = 2, PageToken = page.NextPageToken };
        page = await ListAsync(rest);
        Assert.Equal([3, 5], page.DeadLetters.Select(letter => letter.DeadLetterId));
        Assert.Equal("", page.NextPageToken);
        rest.Reason = "";
        await Refused(_host.Groups.ListDeadLettersAsync(rest), StatusCode.InvalidArgument);
        await Refused(_host.Groups.ListDeadLettersAsync(new ListDeadLettersRequest { StartId = start.StartId, GroupId = "work", PageSize = 501 }), StatusCode.InvalidArgument);
        await Refused(_host.Groups.ListDeadLettersAsync(new ListDeadLettersRequest { StartId = start.StartId, GroupId = "nobody" }), StatusCode.NotFound);
        await Refused(_host.OtherGroups.ListDeadLettersAsync(new ListDeadLettersRequest { StartId = start.StartId, GroupId = "work" }), StatusCode.NotFound);
        DeadLetter[] tooMany = [.. Enumerable.Range(1, 501).Select(id => Letter(id, "COLUMN_MISSING", now))];
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(() => ReportAsync(start, run, run.Epoch, tooMany))).StatusCode);
        await _host.Groups.StopGroupStartAsync(new StopGroupStartRequest { StartId = start.StartId });
    }

    [Fact]
    public async Task DeadLetters_MoreThanAreKept_TheFirstOnesStay()
    {
        GroupStart start = await StartAsync();
        Run run = (await _runner.ClaimAsync(start.Groups[1].Runs[0].RunId)).Run;
        var now = DateTimeOffset.UtcNow;
        for (int page = 0; page < 21; page++)
        {
            await ReportAsync(start, run, run.Epoch, [.. Enumerable.Range((page * 490) + 1, 490).Select(id => Letter(id, "COLUMN_MISSING", now))]);
        }

        int count = 0;
        var request = new ListDeadLettersRequest { StartId = start.StartId, GroupId = "work", PageSize = 500 };
        do
        {
            ListDeadLettersResponse page = await ListAsync(request);
            Assert.Equal(Enumerable.Range(count + 1, page.DeadLetters.Count).Select(id => (long)id), page.DeadLetters.Select(letter => letter.DeadLetterId));
            count += page.DeadLetters.Count;
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        Assert.Equal(10_000, count);
        await _host.Groups.StopGroupStartAsync(new StopGroupStartRequest { StartId = start.StartId });
    }

    [Fact]
    public async Task Scale_UpAndDown_AddsRunsAndCancelsTheNewest()
    {
        GroupStart start = await StartAsync();
        GroupStart wider = await ScaleAsync(start, 3);
        wider = await WaitAsync(start.StartId, one => one.Groups[1].Runs.Count == 3);
        Assert.Equal([0, 1, 2], wider.Groups[1].Runs.Select(run => run.Replica));
        await ScaleAsync(start, 1);
        GroupStart narrow = await WaitAsync(start.StartId, one => one.Groups[1].EndedCount == 2);
        Assert.Equal([RunState.Queued, RunState.Cancelled, RunState.Cancelled], narrow.Groups[1].Runs.Select(run => run.State));
        await Refused(_host.Groups.ScaleGroupAsync(new ScaleGroupRequest { StartId = start.StartId, GroupId = "nobody", Replicas = 1 }), StatusCode.NotFound);
        await Refused(_host.OtherGroups.ScaleGroupAsync(new ScaleGroupRequest { StartId = start.StartId, GroupId = "work", Replicas = 1 }), StatusCode.NotFound);
        await _host.Groups.StopGroupStartAsync(new StopGroupStartRequest { StartId = start.StartId });
        await WaitAsync(start.StartId, one => one.State == StartState.Stopped);
    }

    [Fact]
    public async Task Start_AReplicaFails_OthersAreCancelledAndTheStartFails()
    {
        GroupStart start = await StartAsync();
        Run run = (await _runner.ClaimAsync(start.Groups[0].Runs[0].RunId)).Run;
        await _runner.ReportAsync(run, [], RunState.Failed, new RunError { Reason = "FILE_NOT_FOUND", Message = "There is no file." });
        GroupStart ended = await WaitAsync(start.StartId, one => one.State == StartState.Failed);
        Assert.Equal("FILE_NOT_FOUND", ended.Error.Reason);
        Assert.All(ended.Groups[1].Runs, replica => Assert.Equal(RunState.Cancelled, replica.State));
    }

    [Fact]
    public async Task Start_SameRequestId_IsOneStartAndListsPageByPage()
    {
        string name = await CreateAsync();
        var request = new StartProcessSchedulerRequest { Name = name, RequestId = Guid.NewGuid().ToString() };
        GroupStart first = (await _host.Groups.StartProcessSchedulerAsync(request)).Start;
        Assert.Equal(first.StartId, (await _host.Groups.StartProcessSchedulerAsync(request)).Start.StartId);
        GroupStart second = (await _host.Groups.StartProcessSchedulerAsync(new StartProcessSchedulerRequest { Name = name })).Start;
        ListGroupStartsResponse page = await _host.Groups.ListGroupStartsAsync(new ListGroupStartsRequest { Name = name, PageSize = 1 });
        Assert.Equal(second.StartId, Assert.Single(page.Starts).StartId);
        page = await _host.Groups.ListGroupStartsAsync(new ListGroupStartsRequest { Name = name, PageSize = 1, PageToken = page.NextPageToken });
        Assert.Equal((first.StartId, ""), (Assert.Single(page.Starts).StartId, page.NextPageToken));
        foreach (GroupStart start in new[] { first, second })
        {
            await _host.Groups.StopGroupStartAsync(new StopGroupStartRequest { StartId = start.StartId });
        }
    }

    [Fact]
    public async Task Start_ByIdAndWithPlacement_PutsEveryReplicaWhereItSays()
    {
        string name = await CreateAsync();
        string id = (await _host.Groups.GetProcessSchedulerAsync(new GetProcessSchedulerRequest { Name = name })).Scheduler.SchedulerId;
        var placement = new RunPlacement { Region = "cn-east", RegionRequired = true, Labels = { ["disk"] = "ssd" } };
        GroupStart start = (await _host.Groups.StartProcessSchedulerAsync(new StartProcessSchedulerRequest { Name = id, Placement = placement })).Start;
        start = await WaitAsync(start.StartId, one => one.Groups.All(group => group.Runs.Count == group.Replicas));
        Assert.Equal((name, placement), (start.Name, start.Placement));
        foreach (ReplicaRun replica in start.Groups.SelectMany(group => group.Runs))
        {
            Run run = (await _host.Runs.GetRunAsync(new GetRunRequest { RunId = replica.RunId })).Run;
            Assert.Equal("""{"labels":{"disk":"ssd"},"region":"cn-east"}""", run.Target);
        }

        await _host.Groups.StopGroupStartAsync(new StopGroupStartRequest { StartId = start.StartId });
        await Refused(
            _host.Groups.StartProcessSchedulerAsync(new StartProcessSchedulerRequest { Name = name, Placement = new RunPlacement { RegionRequired = true } }), StatusCode.InvalidArgument);
        await Refused(_host.OtherGroups.StartProcessSchedulerAsync(new StartProcessSchedulerRequest { Name = id }), StatusCode.NotFound);
    }

    private static DeadLetter Letter(int id, string reason, DateTimeOffset time) => new()
    {
        DeadLetterId = id, Topic = "rows", Shard = id % 3, Sequence = id, MessageId = $"m{id}", Reason = reason, Detail = "It cannot be.", DeliveryCount = 5, RowCount = 10, ByteCount = 900,
        Replayable = true, State = DeadLetterState.Parked, FirstTime = time.ToTimestamp(), LastTime = time.ToTimestamp(),
    };

    private async Task ReportAsync(GroupStart start, Run run, long epoch, DeadLetter[] letters) => await _host.RunnerGroups.ReportGroupSumsAsync(new ReportGroupSumsRequest
    {
        StartId = start.StartId, GroupId = "work", RunId = run.RunId, Epoch = epoch, Sums = new GroupSums { DeadLetterCount = letters.Length }, DeadLetters = { letters },
    });

    private async Task<ListDeadLettersResponse> ListAsync(ListDeadLettersRequest request) => await _host.Groups.ListDeadLettersAsync(request);

    private static Duration Seconds(int count) => Duration.FromTimeSpan(TimeSpan.FromSeconds(count));

    private static string NewName() => $"groups-{Interlocked.Increment(ref s_count)}";

    private static GroupsDefinition Definition(string name) => JsonParser.Default.Parse<GroupsDefinition>(
        $$"""
        {"schema":"easyquant/groups/1","name":"{{name}}","groups":[
          {"id":"read","replicas":2,"shards":8,"output_queue":"rows","nodes":[{"id":"load","type":"Load"}]},
          {"id":"work","input_queue":"rows","nodes":[{"id":"make","type":"Make"},{"id":"keep","type":"Keep"}]}]}
        """);

    private static async Task Refused<T>(AsyncUnaryCall<T> call, StatusCode expected) =>
        Assert.Equal(expected, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);

    private async Task<string> CreateAsync()
    {
        string name = NewName();
        await _host.Groups.CreateProcessSchedulerAsync(new CreateProcessSchedulerRequest { Definition = Definition(name) });
        return name;
    }

    private async Task<GroupStart> StartAsync()
    {
        GroupStart start = (await _host.Groups.StartProcessSchedulerAsync(new StartProcessSchedulerRequest { Name = await CreateAsync() })).Start;
        return await WaitAsync(start.StartId, one => one.Groups.All(group => group.Runs.Count == group.Replicas));
    }

    private async Task<GroupStart> ScaleAsync(GroupStart start, int replicas) =>
        (await _host.Groups.ScaleGroupAsync(new ScaleGroupRequest { StartId = start.StartId, GroupId = "work", Replicas = replicas })).Start;

    private async Task<GroupStart> WaitAsync(string startId, Func<GroupStart, bool> isReached)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        while (true)
        {
            GroupStart start = (await _host.Groups.GetGroupStartAsync(new GetGroupStartRequest { StartId = startId })).Start;
            if (isReached(start))
            {
                return start;
            }

            Assert.False(deadline.IsCancellationRequested, $"The start did not get there in 60 s: {start}");
            await Task.Delay(30);
        }
    }
}

using EasyQuant.Contracts.Group.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Worker.V1;
using EasyQuant.Contracts.Workflow.V1;
using EasyQuant.Services.Tests.Monitor;
using EasyQuant.Services.Tests.Runner.Groups;
using EasyQuant.Services.Tests.Scheduler;
using EasyQuant.Testing;
using Google.Protobuf;
using Grpc.Core;

namespace EasyQuant.Services.Tests.Workers;

/// <summary>What a worker of one project may say about the process groups of another: nothing.</summary>
public sealed class WorkerGroupSumsTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private const string Groups = """
        {"schema":"easyquant/groups/1","name":"mine","groups":[
          {"id":"read","outputQueue":"rows","nodes":[{"id":"load","type":"CsvLoader","params":{"path":"csv/*.csv"}}]},
          {"id":"save","inputQueue":"rows","nodes":[{"id":"save","type":"DbSave","params":{"table":"rows_of_mine"}}]}]}
        """;

    private const string Workflow = """
        {"schema":"easyquant/workflow/1","name":"theirs","nodes":[{"id":"map","type":"JsonMap","params":{"value":1}}]}
        """;

    private readonly CancellationToken _deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3)).Token;

    [Fact]
    public async Task Sums_OfAnotherProjectsStart_ChangeNothingWhicheverRunTheWorkerNames()
    {
        await using WorkerPlatform platform = await WorkerPlatform.StartAsync(fixture.Servers, _deadline);
        GroupStart start = await GroupRuns.StartAsync(platform.Runner, Groups);
        start = await GroupRuns.WaitAsync(platform.Runner, start, one => one.Groups.All(group => group.Runs.Count == group.Replicas), _deadline);
        string replica = start.Groups.Single(group => group.GroupId == "save").Runs[0].RunId;
        await platform.Runner.Workflow.OtherWorkflows.CreateWorkflowAsync(
            new CreateWorkflowRequest { Definition = JsonParser.Default.Parse<WorkflowDefinition>(Workflow) }, cancellationToken: _deadline);
        Run theirs = (await platform.Runner.Workflow.OtherRuns.CreateRunsAsync(
            new CreateRunsRequest { Runs = { new RunSpec { WorkflowName = "theirs" } } }, cancellationToken: _deadline)).Runs[0];
        (FakeWorker worker, _) = await FakeWorker.ConnectAsync(platform.Monitor.Channel, FakeWorker.Registration("stranger"), _deadline, "other");
        using FakeWorker stranger = worker;

        WorkerAnswer foreignRun = await ReportAsync(stranger, start, replica, 0);
        WorkerAnswer ownRun = await ReportAsync(stranger, start, theirs.RunId, theirs.Epoch);

        Assert.Equal((int)StatusCode.NotFound, foreignRun.StatusCode);
        Assert.Equal((0, WorkerAnswer.ResponseOneofCase.GroupSums), (ownRun.StatusCode, ownRun.ResponseCase));
        GroupSums sums = (await platform.Runner.Workflow.Groups.GetGroupStartAsync(new GetGroupStartRequest { StartId = start.StartId }, cancellationToken: _deadline))
            .Start.Groups.Single(group => group.GroupId == "save").Sums;
        Assert.Equal((0, 0, 0, 0), (sums.ChunkCount, sums.RowCount, sums.ByteCount, sums.DeadLetterCount));
    }

    private async Task<WorkerAnswer> ReportAsync(FakeWorker worker, GroupStart start, string runId, long epoch)
    {
        await worker.SendAsync(new ConnectRequest
        {
            Call = new WorkerCall
            {
                CallId = 1,
                GroupSums = new ReportGroupSumsRequest
                {
                    StartId = start.StartId, GroupId = "save", RunId = runId, Epoch = epoch,
                    Sums = new GroupSums { ChunkCount = 7, RowCount = 7, ByteCount = 7, DeadLetterCount = 7 },
                },
            },
        });
        while (true)
        {
            if (await worker.ReceiveAsync(_deadline) is { Answer: { } answer })
            {
                return answer;
            }
        }
    }
}

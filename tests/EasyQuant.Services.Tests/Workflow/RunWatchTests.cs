using System.Collections.Concurrent;
using EasyQuant.Contracts.Job.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Data;
using EasyQuant.Messaging;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;
using static EasyQuant.Services.Tests.Workflow.WorkflowDefinitionTests;

namespace EasyQuant.Services.Tests.Workflow;

[Collection(WorkflowServers.Name)]
public sealed class RunWatchTests(WorkflowFixture fixture)
{
    private readonly WorkflowHost _host = fixture.Host;
    private readonly FakeRunner _runner = new(fixture.Host);

    [Fact]
    public async Task Watch_FromStart_StreamsUntilTheRunHasEnded()
    {
        Run run = await CreateAsync(WorkflowFixture.Spec());
        Task<List<RunEvent>> watching = WatchAsync(run.RunId, 0);
        Run claimed = (await _runner.ClaimAsync(run.RunId)).Run;
        await _runner.CompleteAsync(claimed);
        List<RunEvent> events = await watching.WaitAsync(TimeSpan.FromMinutes(4));
        Assert.Equal(9, events.Count);
        Assert.Equal("run.succeeded", events[^1].Type);
        Assert.Equal(events.Skip(4), await WatchAsync(run.RunId, 4));
        Assert.Empty(await WatchAsync(run.RunId, 9));
    }

    [Fact]
    public async Task Table_OfAStep_IsReadInPages()
    {
        var table = new Table([
            StringColumn.Create("symbol", ["600000.SH", "000001.SZ", null]),
            DecimalColumn.Create("close", 4, new long[] { 101_000, 99_500, 1 }),
            Float64Column.Create("rsi", new[] { double.NaN, 0.5, 1 }),
        ]);
        byte[] bytes = TableFile.ToBytes(table);
        string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));
        Directory.CreateDirectory(Path.Combine(_host.DataRoot, "artifacts", hash[..2]));
        await File.WriteAllBytesAsync(Path.Combine(_host.DataRoot, "artifacts", hash[..2], $"{hash}.eqt"), bytes);

        Run run = (await _runner.ClaimAsync((await CreateAsync(WorkflowFixture.Spec())).RunId)).Run;
        var request = new ReadStepTableRequest { RunId = run.RunId, NodeId = "a", Port = "out", PageSize = 2 };
        await ThrowsAsync("OUTPUT_NOT_READY", StatusCode.FailedPrecondition, async () => await _host.Runs.ReadStepTableAsync(request));
        Step step = FakeRunner.Done("a", 0);
        step.Outputs = JsonParser.Default.Parse<Struct>($$$"""{"out": {"table": {"artifact": "{{{hash}}}", "row_count": 3, "byte_count": 1}}, "text": "x"}""");
        await _runner.ReportAsync(run, [step]);

        ReadStepTableResponse page = await _host.Runs.ReadStepTableAsync(request);
        Assert.Equal((3, 2), (page.TotalRowCount, page.Table.RowCount));
        Assert.Equal(["600000.SH", "000001.SZ"], page.Table.Columns[0].Strings);
        Assert.Equal([101_000L, 99_500L], page.Table.Columns[1].Integers);
        Assert.Equal(4, page.Table.Columns[1].Scale);
        Assert.Equal([0], page.Table.Columns[2].NullRows);
        request.PageToken = page.NextPageToken;
        page = await _host.Runs.ReadStepTableAsync(request);
        Assert.Equal([0], page.Table.Columns[0].NullRows);
        Assert.Equal("", page.NextPageToken);

        request.PageToken = "";
        request.Port = "text";
        await ThrowsAsync("PORT_NOT_FOUND", StatusCode.NotFound, async () => await _host.Runs.ReadStepTableAsync(request));
        request.NodeId = "z";
        await ThrowsAsync("STEP_NOT_FOUND", StatusCode.NotFound, async () => await _host.Runs.ReadStepTableAsync(request));
    }

    [Fact]
    public async Task Job_RunTwice_TellsHowItDoes()
    {
        var create = new CreateJobRequest
        {
            RequestId = Guid.NewGuid().ToString(),
            Job = new Job { Name = "daily", WorkflowName = "chain", Inputs = JsonParser.Default.Parse<Struct>("""{"symbol": "600000.SH"}""") },
        };
        Job job = (await _host.Jobs.CreateJobAsync(create)).Job;
        Assert.Equal(job, (await _host.Jobs.CreateJobAsync(create)).Job);
        create.RequestId = "";
        await ThrowsAsync("JOB_EXISTS", StatusCode.AlreadyExists, async () => await _host.Jobs.CreateJobAsync(create));
        await ThrowsAsync("JOB_NOT_FOUND", StatusCode.NotFound, async () => await _host.OtherJobs.GetJobAsync(new GetJobRequest { Name = "daily" }));
        Assert.Null((await _host.Jobs.GetJobStatusAsync(new GetJobStatusRequest { Name = "daily" })).LastRun);

        var start = new RunJobRequest { Name = "daily", RequestId = Guid.NewGuid().ToString(), Inputs = JsonParser.Default.Parse<Struct>("""{"days": 5}""") };
        Run good = (await _host.Jobs.RunJobAsync(start)).Run;
        Assert.Equal(good.RunId, (await _host.Jobs.RunJobAsync(start)).Run.RunId);
        Assert.Equal(5, good.Inputs.Fields["days"].NumberValue);
        await _runner.CompleteAsync((await _runner.ClaimAsync(good.RunId)).Run);
        Run bad = (await _host.Jobs.RunJobAsync(new RunJobRequest { Name = "daily" })).Run;
        await _runner.ReportAsync((await _runner.ClaimAsync(bad.RunId)).Run, [], RunState.Failed);

        GetJobStatusResponse status = await _host.Jobs.GetJobStatusAsync(new GetJobStatusRequest { Name = "daily" });
        Assert.Equal((bad.RunId, RunState.Failed, 0.5, 2), (status.LastRun.RunId, status.State, status.SuccessRate, status.EndedRunCount));
        await _host.Jobs.DeleteJobAsync(new DeleteJobRequest { Name = "daily" });
        await ThrowsAsync("JOB_NOT_FOUND", StatusCode.NotFound, async () => await _host.Jobs.GetJobAsync(new GetJobRequest { Name = "daily" }));
        Assert.Equal(RunState.Succeeded, (await _host.Runs.GetRunAsync(new GetRunRequest { RunId = good.RunId })).Run.State);
    }

    [Fact]
    public async Task Broker_RunClaimedLate_HearsHintsAndEveryChange()
    {
        string connectionString = await fixture.Servers.CreateDatabaseAsync(CancellationToken.None);
        string broker = await fixture.Servers.CreateVirtualHostAsync(CancellationToken.None);
        var hints = new ConcurrentQueue<RunReady>();
        var changes = new ConcurrentQueue<RunChanged>();
        using MessageConsumer hintConsumer = Consumer(broker, Topology.RunQueue, [], body => hints.Enqueue(RunReady.Parser.ParseFrom(body)));
        using MessageConsumer changeConsumer = Consumer(
            broker, "test.changes", [new QueueBinding(Topology.EventsExchange, "workflow.run.*")], Hear);
        await hintConsumer.StartAsync(CancellationToken.None);
        await changeConsumer.StartAsync(CancellationToken.None);
        await UntilAsync("consumers run", () => hintConsumer.IsConsuming && changeConsumer.IsConsuming);

        await using WorkflowHost host = await WorkflowHost.StartAsync(
            connectionString, broker, new() { ["Workflow:HintAge"] = "00:00:00.500" }, CancellationToken.None);
        await WorkflowFixture.PrepareAsync(host);
        Run run = Assert.Single((await host.Runs.CreateRunsAsync(new CreateRunsRequest { Runs = { WorkflowFixture.Spec() } })).Runs);
        await UntilAsync("the hint is repeated while nobody claims", () => hints.Count >= 3);
        Assert.All(hints, hint => Assert.Equal(run.RunId, hint.RunId));
        var runner = new FakeRunner(host);
        await runner.CompleteAsync((await runner.ClaimAsync(run.RunId)).Run);
        await UntilAsync("all changes are heard", () => changes.Count >= 3);
        Assert.Equal(["run.created", "run.started", "run.succeeded"], changes.OrderBy(change => change.Event.Sequence).Select(change => change.Event.Type));
        await hintConsumer.StopAsync(CancellationToken.None);
        await changeConsumer.StopAsync(CancellationToken.None);

        void Hear(ReadOnlySpan<byte> body)
        {
            foreach (RunChanged change in RunsChanged.Parser.ParseFrom(body).Changes)
            {
                changes.Enqueue(change);
            }
        }
    }

    [Fact]
    public async Task Broker_ManyRunsAtOnce_HearsEachChangeOnceInFewMessages()
    {
        string connectionString = await fixture.Servers.CreateDatabaseAsync(CancellationToken.None);
        string broker = await fixture.Servers.CreateVirtualHostAsync(CancellationToken.None);
        var messages = new ConcurrentQueue<RunsChanged>();
        using MessageConsumer consumer = Consumer(
            broker, "test.created", [new QueueBinding(Topology.EventsExchange, "workflow.run.created")], body => messages.Enqueue(RunsChanged.Parser.ParseFrom(body)));
        await consumer.StartAsync(CancellationToken.None);
        await UntilAsync("the consumer runs", () => consumer.IsConsuming);
        await using WorkflowHost host = await WorkflowHost.StartAsync(connectionString, broker, null, CancellationToken.None);
        await WorkflowFixture.PrepareAsync(host);
        var request = new CreateRunsRequest();
        request.Runs.AddRange(Enumerable.Range(0, 250).Select(_ => WorkflowFixture.Spec()));

        CreateRunsResponse created = await host.Runs.CreateRunsAsync(request);
        await UntilAsync("all are heard", () => messages.Sum(message => message.Changes.Count) >= 250);

        Assert.Equal(
            created.Runs.Select(run => run.RunId).Order(StringComparer.Ordinal),
            messages.SelectMany(message => message.Changes).Select(change => change.Run.RunId).Order(StringComparer.Ordinal));
        Assert.Equal([50, 100, 100], messages.Select(message => message.Changes.Count).Order());
        await consumer.StopAsync(CancellationToken.None);
    }

    private static MessageConsumer Consumer(string broker, string queue, IReadOnlyList<QueueBinding> bindings, Action<ReadOnlySpan<byte>> hear) => new(
        new ConnectionFactory { Uri = new Uri(broker) },
        new ConsumerOptions { Queue = new QueueDefinition { Name = queue, Bindings = bindings } },
        new BrokerOptions(),
        (message, _) =>
        {
            hear(message.Body.Span);
            return Task.FromResult(MessageVerdict.Ack);
        },
        NullLogger<MessageConsumer>.Instance);

    private async Task<Run> CreateAsync(RunSpec spec) =>
        Assert.Single((await _host.Runs.CreateRunsAsync(new CreateRunsRequest { Runs = { spec } })).Runs);

    private async Task<List<RunEvent>> WatchAsync(string runId, long after)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        using AsyncServerStreamingCall<WatchRunResponse> call = _host.Runs.WatchRun(
            new WatchRunRequest { RunId = runId, AfterSequence = after }, cancellationToken: deadline.Token);
        var events = new List<RunEvent>();
        while (await call.ResponseStream.MoveNext(deadline.Token))
        {
            if (call.ResponseStream.Current.Event is { } happened)
            {
                events.Add(happened);
            }
        }

        return events;
    }

    private static async Task UntilAsync(string what, Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        while (!condition())
        {
            Assert.False(deadline.IsCancellationRequested, $"Did not happen in time: {what}.");
            await Task.Delay(30, CancellationToken.None);
        }
    }
}

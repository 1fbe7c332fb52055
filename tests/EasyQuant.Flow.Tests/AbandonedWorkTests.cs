using System.Collections.Concurrent;
using EasyQuant.Flow.Tests.Support;

namespace EasyQuant.Flow.Tests;

/// <summary>Node code that does not look at its token, in a host that gives it up.</summary>
public sealed class AbandonedWorkTests : IAbandonedWork, IDisposable
{
    private const string TwoBranches =
        """
        "nodes":[{"id":"a","type":"Deaf"@},{"id":"b","type":"Plus"},{"id":"c","type":"Value","params":{"value":1}}],
        "edges":[{"from":"a.value","to":"b.value"}]
        """;

    private readonly ConcurrentQueue<AbandonedWork> _kept = new();
    private readonly FakeObserver _observer = new();
    private readonly ManualResetEventSlim _isFree = new();
    private readonly TaskCompletionSource _isIn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly NodeCatalog _catalog = new TestNodes().Catalog;

    public AbandonedWorkTests()
    {
        var text = new LocalizedText("Deaf", "不听取消");
        _catalog.Add<NoParameters>(
            new NodeDefinitionTemplate
            {
                Type = "Deaf", Title = text, Category = "control", Icon = "box", Description = text, Inputs = [], Outputs = [new PortDefinition("value", PortType.Json, text)],
            },
            _ => new Deaf(this));
    }

    public TimeSpan CancelGrace { get; } = TimeSpan.FromMilliseconds(50);

    void IAbandonedWork.Keep(AbandonedWork work) => _kept.Enqueue(work);

    public void Dispose()
    {
        _isFree.Set();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Timeout_NodeThatBlocks_FailsItsStepAndWhatItDoesLaterReachesNobody()
    {
        PreparedGraph graph = PreparedGraph.Prepare(
            Flows.Parse(TwoBranches.Replace("@", ",\"timeout\":\"0.05s\",\"retry\":{\"maxAttempts\":5,\"delay\":\"0s\"}", StringComparison.Ordinal)), _catalog);
        RunResult result = await RunAsync(graph);
        Assert.Equal((RunState.Failed, "NODE_IGNORES_CANCEL", false), (result.State, result.Error?.Reason, result.Error?.IsTransient));
        string[] log = ["start a 1", "failed a 1", "skipped b 0", "start c 1", "succeeded c 1"];
        Assert.Equal(log, _observer.Log);
        AbandonedWork kept = Assert.Single(_kept);
        Assert.Equal(("a", "Deaf", false), (kept.NodeId, kept.NodeType, kept.Execution.IsCompleted));
        Assert.False(graph.IsReusable);
        _isFree.Set();
        await kept.Execution;
        Assert.Equal(log, _observer.Log);
    }

    [Fact]
    public async Task Cancel_NodeThatBlocks_CancelsTheRunAndNamesTheNode()
    {
        using var stop = new CancellationTokenSource();
        Task<RunResult> running = RunAsync(PreparedGraph.Prepare(Flows.Parse(TwoBranches.Replace("@", "", StringComparison.Ordinal)), _catalog), stop.Token);
        await _isIn.Task;
        await stop.CancelAsync();
        RunResult result = await running;
        Assert.Equal(RunState.Cancelled, result.State);
        Assert.Null(result.Error);
        Assert.Equal(["start a 1", "cancelled a 1"], _observer.Log);
        Assert.Equal(("NODE_IGNORES_CANCEL", "a"), (_observer.Finished[0].Error?.Reason, _observer.Finished[0].Error?.NodeId));
        Assert.Single(_kept);
    }

    [Fact]
    public async Task Execute_AgainWhileANodeOfTheFirstGoesOn_UsesAnotherGraph()
    {
        var pool = new GraphPool(Flows.Parse(TwoBranches.Replace("@", ",\"timeout\":\"0.05s\"", StringComparison.Ordinal)), _catalog);
        NodeServices services = Flows.Services.With<IAbandonedWork>(this);
        for (int i = 1; i <= 3; i++)
        {
            RunResult result = await pool.ExecuteAsync(Flows.Run(), services, null, CancellationToken.None);
            Assert.Equal((RunState.Failed, "NODE_IGNORES_CANCEL"), (result.State, result.Error?.Reason));
            Assert.Equal(i, _kept.Count);
        }

        _isFree.Set();
        Assert.Equal(RunState.Succeeded, (await pool.ExecuteAsync(Flows.Run(), services, null, CancellationToken.None)).State);
        Assert.Equal(3, _kept.Count);
    }

    [Fact]
    public async Task Patience_WorkThatEndsInTime_GivesItsOwnOutcome()
    {
        using var stop = new CancellationTokenSource();
        Assert.Null(await CancelPatience.RunAsync(_ => Task.CompletedTask, this, TimeProvider.System, stop.Token, CancellationToken.None));
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await CancelPatience.RunAsync(_ => Task.FromException(new InvalidOperationException()), this, TimeProvider.System, stop.Token, CancellationToken.None));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await CancelPatience.RunAsync(token => Task.Delay(Timeout.Infinite, token), this, TimeProvider.System, stop.Token, CancellationToken.None));
    }

    private Task<RunResult> RunAsync(PreparedGraph graph, CancellationToken stop = default) => graph.ExecuteAsync(
        Flows.Run(), Flows.Services.With<IAbandonedWork>(this), new RunOptions { Observer = _observer }, stop).AsTask();

    private sealed class Deaf(AbandonedWorkTests owner) : INodeHandler
    {
        public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
        {
            owner._isIn.TrySetResult();
            owner._isFree.Wait(CancellationToken.None);
            execution.SetOutput(0, 1);
            execution.Progress(1, 1);
            return ValueTask.CompletedTask;
        }
    }
}

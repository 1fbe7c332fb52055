using EasyQuant.Contracts.Run.V1;
using EasyQuant.Samples.Demo;
using Google.Protobuf.WellKnownTypes;

namespace EasyQuant.Faults;

/// <summary>A run that is watched while something is killed. Not thread-safe.</summary>
internal sealed class WatchedRun
{
    private readonly List<RunEvent> _events = [];
    private readonly TaskCompletionSource<RunEvent> _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _node;

    private WatchedRun(Run started, string node)
    {
        Started = started;
        _node = node;
    }

    public Run Started { get; }

    /// <summary>Completes when a Runner has started the node.</summary>
    public Task<RunEvent> Reached => _reached.Task;

    /// <summary>The run when it has ended.</summary>
    public Task<Run> Ended { get; private set; } = null!;

    /// <summary>The history that the watcher saw, in order.</summary>
    public IReadOnlyList<RunEvent> Events => _events;

    /// <summary>Starts a run and watches it.</summary>
    public static async Task<WatchedRun> StartAsync(PlatformClient client, string workflow, Struct inputs, string node, CancellationToken cancellationToken)
    {
        WatchedRun run = new(await client.StartAsync(workflow, inputs, cancellationToken), node);
        run.Ended = run.WatchAsync(client, cancellationToken);
        return run;
    }

    /// <summary>Everything a fault must not do to a run: fail it, lose or double an event, finish a step or the run twice.</summary>
    public void AssertDoneOnce(Run ended)
    {
        string history = string.Join('\n', _events.Select(PlatformClient.Describe));
        Assert.True(ended.State == RunState.Succeeded, $"Run {ended.RunId} of {ended.WorkflowName}: expected Succeeded, was {ended.State} {ended.Error}\n{history}");
        Assert.Equal(Enumerable.Range(1, _events.Count).Select(i => (long)i), _events.Select(e => e.Sequence));
        Assert.Single(_events, e => e.Type == "run.succeeded");
        Assert.Single(_events, e => e.Type == "run.created");
        Assert.All(
            _events.Where(e => e.Type == "step.succeeded").GroupBy(e => e.NodeId),
            step => Assert.True(step.Count() == 1, $"Run {ended.RunId}: step {step.Key} succeeded {step.Count()} times\n{history}"));
        Assert.Equal(ended.StepCount, _events.Count(e => e.Type == "step.succeeded"));
        long[] epochs = [.. _events.Where(e => e.Epoch > 0).Select(e => e.Epoch)];
        Assert.Equal(epochs.Order(), epochs);
    }

    /// <summary>No lease of the run has expired.</summary>
    public void AssertUndisturbed(Run ended) => Assert.True(
        ended.CrashCount == 0, $"Run {ended.RunId} of {ended.WorkflowName}: {ended.CrashCount} leases expired\n{string.Join('\n', _events.Select(PlatformClient.Describe))}");

    private async Task<Run> WatchAsync(PlatformClient client, CancellationToken cancellationToken)
    {
        try
        {
            return await client.WatchAsync(Started.RunId, OnEvent, cancellationToken);
        }
        finally
        {
            _reached.TrySetException(new InvalidOperationException($"Run {Started.RunId} ended before a Runner started {_node}."));
        }
    }

    private void OnEvent(RunEvent happened)
    {
        _events.Add(happened);
        if (happened.Type == "step.started" && happened.NodeId == _node)
        {
            _reached.TrySetResult(happened);
        }
    }
}

namespace EasyQuant.Flow.Tests.Support;

/// <summary>Writes down what it hears.</summary>
internal sealed class FakeObserver : IRunObserver
{
    public List<StepFinished> Finished { get; } = [];

    public List<string> Log { get; } = [];

    public Action<StepFinished>? AfterStep { get; init; }

    /// <summary>Gets what is called with the node when an attempt starts.</summary>
    public Action<string>? BeforeStep { get; init; }

    /// <summary>Gets what is called when a step begins to wait for its next attempt.</summary>
    public Action? OnRetry { get; init; }

    public ValueTask OnStepStartedAsync(StepStarted step, CancellationToken cancellationToken)
    {
        Log.Add($"start {step.NodeId} {step.Attempt}");
        BeforeStep?.Invoke(step.NodeId);
        return ValueTask.CompletedTask;
    }

    public ValueTask OnStepFinishedAsync(StepFinished step, CancellationToken cancellationToken)
    {
        Finished.Add(step);
        Log.Add($"{step.State} {step.NodeId} {step.Attempt}".ToLowerInvariant());
        AfterStep?.Invoke(step);
        return ValueTask.CompletedTask;
    }

    public void OnStepRetry(string nodeId, int attempt, StepError error, TimeSpan delay)
    {
        Log.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"retry {nodeId} {attempt} {delay.TotalSeconds}"));
        OnRetry?.Invoke();
    }

    public void OnProgress(string nodeId, long done, long total, string? message)
    {
        lock (Log)
        {
            Log.Add($"progress {nodeId} {done}/{total}");
        }
    }

    public void OnItems(string nodeId, IReadOnlyList<ItemUpdate> items)
    {
    }
}

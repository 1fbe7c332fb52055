namespace EasyQuant.Flow;

/// <summary>
/// Hears what a run does, in order. Calls come from the run itself, so a slow observer slows the run: that is the back-pressure. What it throws ends the
/// run. Progress may come from several threads at once when a node fans out.
/// </summary>
public interface IRunObserver
{
    /// <summary>An attempt of a step is about to start. The step starts when the task completes.</summary>
    ValueTask OnStepStartedAsync(StepStarted step, CancellationToken cancellationToken);

    /// <summary>A step ended: succeeded, failed after its last attempt, skipped or cancelled.</summary>
    ValueTask OnStepFinishedAsync(StepFinished step, CancellationToken cancellationToken);

    /// <summary>An attempt failed and another one follows after the delay.</summary>
    void OnStepRetry(string nodeId, int attempt, StepError error, TimeSpan delay);

    /// <summary>A running step tells how far it is.</summary>
    void OnProgress(string nodeId, long done, long total, string? message);

    /// <summary>Items of a fan-out changed their state.</summary>
    void OnItems(string nodeId, IReadOnlyList<ItemUpdate> items);
}

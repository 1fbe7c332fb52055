using System.Diagnostics;

namespace EasyQuant.Flow;

/// <summary>How one execution differs from a plain one.</summary>
public sealed record RunOptions
{
    /// <summary>Hears what happens; null (default) for nobody.</summary>
    public IRunObserver? Observer { get; init; }

    /// <summary>Steps that are finished already, by node id; they are not executed again. One that failed makes the run fail. Default none.</summary>
    public IReadOnlyDictionary<string, FinishedStep> Finished { get; init; } = FinishedStep.None;

    /// <summary>The only node to execute; null (default) for the whole graph. Its inputs come from <see cref="PinnedInputs"/>, then from <see cref="Finished"/>.</summary>
    public string? OnlyNode { get; init; }

    /// <summary>Values by input port of <see cref="OnlyNode"/>. Default none.</summary>
    public IReadOnlyDictionary<string, NodeValue> PinnedInputs { get; init; } = FinishedStep.NoOutputs;

    /// <summary>When cancelled, the run rests after the step that is running and ends as <see cref="RunState.Paused"/>. Default never.</summary>
    public CancellationToken PauseToken { get; init; }

    /// <summary>Steps that are to be cancelled while the rest of the run goes on; null (default) for none, ever.</summary>
    public StepCancels? Cancels { get; init; }

    /// <summary>Where a span for each attempt of a step is started; null (default) for no spans.</summary>
    public ActivitySource? Activities { get; init; }
}

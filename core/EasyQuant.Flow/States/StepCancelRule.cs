namespace EasyQuant.Flow;

/// <summary>
/// Cancelling one step without its run. The wish stays with the run until someone retries it, so every worker that takes the run obeys it: a step that runs is
/// stopped, one that has not started or waits for its next attempt ends when its turn comes, and none is tried again. Pure and thread-safe.
/// </summary>
public static class StepCancelRule
{
    /// <summary>Decides about a wish.</summary>
    /// <param name="run">State of the run.</param>
    /// <param name="step">State of the step; pending when nothing was reported of it.</param>
    /// <param name="isAsked">Whether the same was wished before and not withdrawn by a retry.</param>
    public static StepCancelAnswer Ask(RunState run, StepState step, bool isAsked) => (StepTransitions.IsFinal(step), RunTransitions.IsFinal(run)) switch
    {
        (true, _) => step == StepState.Cancelled && isAsked ? StepCancelAnswer.Known : StepCancelAnswer.StepEnded,
        (_, true) => StepCancelAnswer.RunEnded,
        _ => isAsked ? StepCancelAnswer.Known : StepCancelAnswer.Noted,
    };

    /// <summary>Decides how an attempt counts during which, or before which, its step was to be cancelled.</summary>
    /// <param name="attempt">How it ended: succeeded, failed, cancelled, or pending when it gave way to a pause.</param>
    /// <param name="isAsked">Whether the step is to be cancelled.</param>
    /// <returns>Cancelled in place of failed and pending; what succeeded stays.</returns>
    public static StepState EndOf(StepState attempt, bool isAsked) =>
        isAsked && attempt is (StepState.Failed or StepState.Pending) ? StepState.Cancelled : attempt;
}

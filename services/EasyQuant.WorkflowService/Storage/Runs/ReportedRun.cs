using EasyQuant.Contracts.Run.V1;
using Google.Protobuf;
using StepErrors = EasyQuant.Flow.StepErrors;

namespace EasyQuant.WorkflowService.Storage.Runs;

/// <summary>
/// Applies reports to a run in memory: what is stored already changes nothing, so a report that is sent again after its reply was
/// lost is harmless. One object a run and transaction.
/// </summary>
internal sealed class ReportedRun(RunRow row, RunHistory history)
{
    private readonly Dictionary<string, KnownStep> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Step> _changed = new(StringComparer.Ordinal);

    public RunRow Row { get; } = row;

    public bool IsChanged { get; private set; }

    /// <summary>Steps to store, the latest state of each.</summary>
    public IReadOnlyCollection<Step> ChangedSteps => _changed.Values;

    public void AddKnown(string nodeId, KnownStep step) => _known.Add(nodeId, step);

    public LeaseAnswer Apply(RunReport report)
    {
        if (report.Epoch != Row.Epoch || Row.State != RunState.Running)
        {
            // The same report again: the run is where the report put it.
            bool isRepeated = report.Epoch == Row.Epoch && report.FinalState != RunState.Unspecified && report.FinalState == Row.State;
            return Answer(isLost: !isRepeated);
        }

        foreach (Step step in report.Steps)
        {
            Apply(step);
        }

        foreach ((string nodeId, string message) in report.Progress)
        {
            history.AddProgress(Row, nodeId, message);
        }

        IsChanged = true;
        Finish(report);
        return Answer(isLost: false);
    }

    private void Apply(Step reported)
    {
        _known.TryGetValue(reported.NodeId, out KnownStep known);
        Step step = reported.Clone();
        step.Attempt += known.AttemptBase;
        Explain(step.Error);
        if (step.State == known.State && step.Attempt == known.Attempt)
        {
            if (step.State == StepState.Running)
            {
                // Still running: metrics may have moved on, the history has not.
                _changed[step.NodeId] = step;
            }

            return;
        }

        if (IsFinished(known.State))
        {
            return;
        }

        DateTimeOffset startTime = step.StartTime?.ToDateTimeOffset() ?? history.Now;
        bool hasStarted = known.State == StepState.Running && known.Attempt == step.Attempt;
        if (!hasStarted && step.State is StepState.Succeeded or StepState.Failed)
        {
            Step started = step.Clone();
            started.State = StepState.Running;
            started.EndTime = null;
            started.Error = null;
            started.Metrics = null;
            history.AddStepEvent(Row, "step.started", started, startTime);
        }

        if (EventType(step.State) is { } type)
        {
            history.AddStepEvent(Row, type, step, step.State == StepState.Running ? startTime : step.EndTime?.ToDateTimeOffset() ?? history.Now);
        }

        if (IsFinished(step.State))
        {
            Row.FinishedStepCount++;
        }

        _changed[step.NodeId] = step;
        _known[step.NodeId] = new KnownStep(step.State, step.Attempt, known.AttemptBase);
    }

    private void Finish(RunReport report)
    {
        switch (report.FinalState)
        {
            case RunState.Succeeded:
                Row.Outputs = report.Outputs?.ToByteArray();
                Row.Error = null;
                End(RunState.Succeeded, "run.succeeded", "");
                break;
            case RunState.Failed:
                Explain(report.Error);
                Row.Error = (report.Error ?? new RunError { Reason = "RUN_FAILED", Message = "The Runner gave no cause." }).ToByteArray();
                End(RunState.Failed, "run.failed", "");
                break;
            case RunState.Cancelled:
                End(RunState.Cancelled, "run.cancelled", Row.CancelCause);
                break;
            case RunState.Paused when Row.IsCancelRequested:
                End(RunState.Cancelled, "run.cancelled", Row.CancelCause);
                break;
            case RunState.Paused:
                Row.State = RunState.Paused;
                history.AddRunEvent(Row, "run.paused");
                break;
        }
    }

    private void End(RunState state, string type, string message)
    {
        Row.State = state;
        Row.EndTime = history.Now;
        history.AddRunEvent(Row, type, message);
    }

    // The Runner knows that a step was to be cancelled, not by whom.
    private void Explain(RunError? error)
    {
        if (error?.Reason == StepErrors.CancelledReason && Row.StepCancelOf(error.NodeId) is { } wish)
        {
            bool isAbandoned = error.Message.Contains(StepErrors.IgnoresCancelReason, StringComparison.Ordinal);
            error.Message = $"{StepErrors.Cancelled(error.NodeId, isAbandoned).Message} {RunHistory.Describe(wish)}";
        }
    }

    private LeaseAnswer Answer(bool isLost)
    {
        var answer = new LeaseAnswer { RunId = Row.RunId.ToString(), Lost = isLost };
        if (!isLost && Row.State == RunState.Running)
        {
            answer.CancelRequested = Row.IsCancelRequested;
            answer.PauseRequested = Row.IsPauseRequested;
            answer.CancelledNodeIds.AddRange(Row.StepCancels.Select(wish => wish.NodeId));
        }

        return answer;
    }

    private static bool IsFinished(StepState state) => state is StepState.Succeeded or StepState.Skipped;

    private static string? EventType(StepState state) => state switch
    {
        StepState.Running => "step.started",
        StepState.Succeeded => "step.succeeded",
        StepState.Failed => "step.failed",
        StepState.Skipped => "step.skipped",
        StepState.Cancelled => "step.cancelled",
        _ => null,
    };
}

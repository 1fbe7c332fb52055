using System.Diagnostics;

namespace EasyQuant.Flow;

/// <summary>Executes one step with everything that the fast path leaves out: loading, observer, spans, timeout, retry.</summary>
internal sealed class StepRunner(PreparedStep[] steps, GraphScope scope, RunContext context, NodeServices services, RunOptions options)
{
    private readonly IRunObserver? _observer = options.Observer;
    private readonly IAbandonedWork? _abandoned = services.Get<IAbandonedWork>();

    /// <summary>Runs all attempts and tells the observer how the step ended.</summary>
    /// <returns>Why it failed, or was cancelled without the run; null otherwise.</returns>
    public async ValueTask<StepError?> RunAsync(PreparedStep step, CancellationToken cancellationToken)
    {
        CancellationToken asked = options.Cancels?.TokenOf(step.Node.Id) ?? CancellationToken.None;
        if (asked.IsCancellationRequested)
        {
            return await EndAsync(step, 0, Outcome.Cancelled(step, services.Time.GetUtcNow()), cancellationToken);
        }

        using CancellationTokenSource? either = asked.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, asked) : null;
        CancellationToken stop = either?.Token ?? cancellationToken;
        int attemptsMax = step.Node.Retry?.MaxAttempts ?? 1;
        for (int attempt = 1; ; attempt++)
        {
            Outcome outcome = await AttemptAsync(step, attempt, stop, asked, cancellationToken);
            bool isFinal = outcome.State != StepState.Failed || step.IsAbandoned || attempt >= attemptsMax || (step.Node.Retry!.TransientOnly && !outcome.Error!.IsTransient);
            if (isFinal)
            {
                return await EndAsync(step, attempt, outcome, cancellationToken);
            }

            TimeSpan delay = step.Node.Retry!.DelayAfter(attempt);
            _observer?.OnStepRetry(step.Node.Id, attempt, outcome.Error!, delay);
            try
            {
                await Task.Delay(delay, services.Time, stop);
            }
            catch (OperationCanceledException)
            {
                StepError? error = cancellationToken.IsCancellationRequested ? null : StepErrors.Cancelled(step.Node.Id);
                return await EndAsync(step, attempt, outcome with { State = StepState.Cancelled, Error = error }, cancellationToken);
            }
        }
    }

    /// <summary>Tells the observer that a step did not run.</summary>
    public ValueTask SkipAsync(PreparedStep step, CancellationToken cancellationToken)
    {
        step.State = StepState.Skipped;
        StepError? reason = step.Culprit is { } culprit ? StepErrors.Upstream(culprit, Array.Find(steps, s => s.Node.Id == culprit)!.State) : null;
        return FinishAsync(step, 0, new Outcome(StepState.Skipped, reason, services.Time.GetUtcNow(), TimeSpan.Zero, 0), cancellationToken);
    }

    private async ValueTask<StepError?> EndAsync(PreparedStep step, int attempt, Outcome outcome, CancellationToken cancellationToken)
    {
        step.State = outcome.State;
        if (outcome.Error is not null)
        {
            step.Fail(outcome.State);
        }

        await FinishAsync(step, attempt, outcome, cancellationToken);
        return outcome.State == StepState.Cancelled && cancellationToken.IsCancellationRequested ? null : outcome.Error;
    }

    // Stop is cancelled with the run or with the step.
    private async ValueTask<Outcome> AttemptAsync(
        PreparedStep step, int attempt, CancellationToken stop, CancellationToken asked, CancellationToken cancellationToken)
    {
        step.State = StepState.Running;
        step.Execution.Attempt = attempt;
        step.Execution.ClearOutputs();
        DateTimeOffset start = services.Time.GetUtcNow();
        if (_observer is not null)
        {
            await _observer.OnStepStartedAsync(new StepStarted(step.Node.Id, step.Definition, step.Position, attempt, start), cancellationToken);
        }

        using Activity? span = options.Activities?.StartActivity($"node {step.Definition.Type}");
        span?.SetTag("easyquant.run_id", context.RunId).SetTag("easyquant.step_id", step.Node.Id).SetTag("easyquant.attempt", attempt);
        long began = services.Time.GetTimestamp();
        // Only an observer hears of it; without one a warm graph pays nothing.
        using AllocationMeter? meter = _observer is null ? null : AllocationMeter.Start();
        (StepState state, StepError? error) = await HandleAsync(step, span, stop, asked, cancellationToken);
        StepState end = StepCancelRule.EndOf(state, asked.IsCancellationRequested);
        if (end != state)
        {
            (state, error) = (end, StepErrors.Cancelled(step.Node.Id, step.IsAbandoned));
        }

        span?.SetStatus(state == StepState.Failed ? ActivityStatusCode.Error : ActivityStatusCode.Ok, error?.Reason);
        meter?.Dispose();
        return new Outcome(state, error, start, services.Time.GetElapsedTime(began), meter?.Bytes ?? 0);
    }

    private async ValueTask<(StepState State, StepError? Error)> HandleAsync(
        PreparedStep step, Activity? span, CancellationToken stop, CancellationToken asked, CancellationToken cancellationToken)
    {
        using CancellationTokenSource? timeout = step.Node.Timeout is { } limit ? new CancellationTokenSource(limit, services.Time) : null;
        try
        {
            await LoadAsync(step, stop);
            step.Execution.Begin(context, services, _observer, scope, options.PauseToken);
            return await CallAsync(step, stop, timeout?.Token)
                ? (StepState.Succeeded, null)
                : cancellationToken.IsCancellationRequested
                    ? (StepState.Cancelled, StepErrors.IgnoresCancel(step.Node.Id, $"Node '{step.Node.Id}' was cancelled with its run."))
                    : (StepState.Failed, StepErrors.IgnoresCancel(step.Node.Id, Late(step)));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return (StepState.Cancelled, null);
        }
        catch (OperationCanceledException) when (asked.IsCancellationRequested)
        {
            // It was stopped and has no end of its own: the rule of the caller gives it one.
            return (StepState.Pending, null);
        }
        catch (OperationCanceledException e) when (options.PauseToken.IsCancellationRequested && e.CancellationToken == options.PauseToken)
        {
            // The step gave way to a pause: it starts again when the run goes on.
            return (StepState.Pending, null);
        }
        catch (OperationCanceledException) when (timeout is { IsCancellationRequested: true })
        {
            return (StepState.Failed, new StepError("STEP_TIMEOUT", Late(step), step.Node.Id, true));
        }
        catch (Exception e)
        {
            // The handler is foreign code: whatever it throws is the outcome of the step, not of the host.
            Exception shown = services.Get<SecretMask>()?.Apply(e) ?? e;
            span?.AddException(shown);
            return (StepState.Failed, StepErrors.From(shown, step.Node.Id));
        }
    }

    private static string Late(PreparedStep step) =>
        $"Node '{step.Node.Id}' did not finish within {(step.Node.Timeout is { } limit ? DurationText.Format(limit) : "its time")}.";

    // Returns false when the handler was given up. One inside a child graph without a time-out of its own is watched by the step that it is a part of.
    private async ValueTask<bool> CallAsync(PreparedStep step, CancellationToken stop, CancellationToken? timeout)
    {
        INodeHandler handler = step.FixedHandler ?? step.Binding.Handler(scope);
        if (_abandoned is null || (timeout is null && context.Depth > 0))
        {
            using CancellationTokenSource? linked = timeout is { } late ? CancellationTokenSource.CreateLinkedTokenSource(stop, late) : null;
            await handler.RunAsync(step.Execution, linked?.Token ?? stop);
            return true;
        }

        NodeExecution execution = step.Execution;
        Task? left = await CancelPatience.RunAsync(
            token => Task.Run(() => handler.RunAsync(execution, token).AsTask(), CancellationToken.None), _abandoned, services.Time, stop, timeout ?? CancellationToken.None);
        if (left is null)
        {
            return true;
        }

        step.Abandon();
        _abandoned.Keep(new AbandonedWork(context.RunId, step.Node.Id, step.Definition.Type, left));
        return false;
    }

    private async ValueTask FinishAsync(PreparedStep step, int attempt, Outcome outcome, CancellationToken cancellationToken)
    {
        bool succeeded = outcome.State == StepState.Succeeded;
        if (!succeeded)
        {
            Array.Fill(step.Execution.Outputs, NodeValue.Skipped);
        }

        if (_observer is null)
        {
            return;
        }

        NodeValue[] outputs = succeeded ? [.. step.Execution.Outputs] : [];
        await _observer.OnStepFinishedAsync(
            new StepFinished(
                step.Node.Id, step.Definition, step.Position, outcome.State, attempt, outputs, step.Metrics(), outcome.Start, outcome.Elapsed, outcome.AllocatedBytes, outcome.Error),
            outcome.State == StepState.Cancelled ? CancellationToken.None : cancellationToken);
    }

    private async ValueTask LoadAsync(PreparedStep step, CancellationToken cancellationToken)
    {
        NodeValue[] inputs = step.Execution.Inputs;
        if (step.NeedsLoading(steps))
        {
            foreach (PortRef source in step.Sources.Concat(step.Reads))
            {
                if (!source.IsNone && source.Port >= 0)
                {
                    NodeValue[] outputs = steps[source.Node].Execution.Outputs;
                    outputs[source.Port] = await LoadAsync(outputs[source.Port], cancellationToken);
                }
            }

            step.Gather(steps);
        }

        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = await LoadAsync(inputs[i], cancellationToken);
        }
    }

    private async ValueTask<NodeValue> LoadAsync(NodeValue value, CancellationToken cancellationToken) => value.IsArtifact
        ? NodeValue.FromTable(await services.Require<IArtifactStore>("a store for artifacts").LoadAsync(value.AsArtifact(), cancellationToken))
        : value;

    private readonly record struct Outcome(StepState State, StepError? Error, DateTimeOffset Start, TimeSpan Elapsed, long AllocatedBytes)
    {
        public static Outcome Cancelled(PreparedStep step, DateTimeOffset now) => new(StepState.Cancelled, StepErrors.Cancelled(step.Node.Id), now, TimeSpan.Zero, 0);
    }
}

using System.Diagnostics;

namespace EasyQuant.Flow;

/// <summary>Executes one step with everything that the fast path leaves out: loading, observer, spans, timeout, retry.</summary>
internal sealed class StepRunner(PreparedStep[] steps, GraphScope scope, RunContext context, NodeServices services, RunOptions options)
{
    private readonly IRunObserver? _observer = options.Observer;

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
            bool isFinal = outcome.State != StepState.Failed || attempt >= attemptsMax || (step.Node.Retry!.TransientOnly && !outcome.Error!.IsTransient);
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
        return outcome.Error;
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
        using CancellationTokenSource? timeout = step.Node.Timeout is { } limit ? new CancellationTokenSource(limit, services.Time) : null;
        using CancellationTokenSource? linked = timeout is null ? null : CancellationTokenSource.CreateLinkedTokenSource(stop, timeout.Token);
        long began = services.Time.GetTimestamp();
        // Only an observer hears of it; without one a warm graph pays nothing.
        using AllocationMeter? meter = _observer is null ? null : AllocationMeter.Start();
        StepError? error = null;
        StepState state = StepState.Succeeded;
        try
        {
            await LoadAsync(step, stop);
            step.Execution.Begin(context, services, _observer, scope, options.PauseToken);
            await (step.FixedHandler ?? step.Binding.Handler(scope)).RunAsync(step.Execution, linked?.Token ?? stop);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            state = StepState.Cancelled;
        }
        catch (OperationCanceledException) when (asked.IsCancellationRequested)
        {
            // It was stopped and has no end of its own: the rule below gives it one.
            state = StepState.Pending;
        }
        catch (OperationCanceledException e) when (options.PauseToken.IsCancellationRequested && e.CancellationToken == options.PauseToken)
        {
            // The step gave way to a pause: it starts again when the run goes on.
            state = StepState.Pending;
        }
        catch (OperationCanceledException) when (timeout is { IsCancellationRequested: true })
        {
            state = StepState.Failed;
            error = new StepError("STEP_TIMEOUT", $"Node '{step.Node.Id}' did not finish within {DurationText.Format(step.Node.Timeout!.Value)}.", step.Node.Id, true);
        }
        catch (Exception e)
        {
            // The handler is foreign code: whatever it throws is the outcome of the step, not of the host.
            state = StepState.Failed;
            Exception shown = services.Get<SecretMask>()?.Apply(e) ?? e;
            error = StepErrors.From(shown, step.Node.Id);
            span?.AddException(shown);
        }

        StepState end = StepCancelRule.EndOf(state, asked.IsCancellationRequested);
        if (end != state)
        {
            (state, error) = (end, StepErrors.Cancelled(step.Node.Id));
        }

        span?.SetStatus(state == StepState.Failed ? ActivityStatusCode.Error : ActivityStatusCode.Ok, error?.Reason);
        meter?.Dispose();
        return new Outcome(state, error, start, services.Time.GetElapsedTime(began), meter?.Bytes ?? 0);
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

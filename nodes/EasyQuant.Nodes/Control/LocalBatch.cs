using EasyQuant.Flow;

namespace EasyQuant.Nodes.Control;

/// <summary>Executes the items of a fan-out on this machine: inline, on threads, or in child processes.</summary>
internal sealed class LocalBatch(BatchState state, IChildRunner children, IItemProcesses? processes)
{
    private const int ThreadsMax = 256;

    private readonly NodeExecution _execution = state.Execution;
    private int _next = -1;
    private int _last;
    private int _givenUp;

    /// <summary>Runs the items that have not ended, those before <paramref name="end"/> only, or fewer when too many fail or the run is to rest.</summary>
    /// <exception cref="NodeException"><c>NODE_IGNORES_CANCEL</c>: items that were given up hold all threads, or <c>ITEMS_FAILED</c>.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled, or it is to rest and not all items have ended.</exception>
    public async ValueTask RunAsync(int end, CancellationToken cancellationToken)
    {
        _last = end - 1;
        _next = -1;
        _givenUp = 0;
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        int workers = Math.Min(end, state.Place switch
        {
            ItemPlace.Inline => 1,
            ItemPlace.Processes => Math.Min(state.Parameters.Concurrency, processes!.CountMax),
            _ => Math.Min(state.Parameters.Concurrency, ThreadsMax),
        });
        if (workers <= 1)
        {
            await WorkAsync(stop);
        }
        else
        {
            // Own threads, because handlers that compute or block would starve the pool; what waits asynchronously continues on the pool.
            TaskCreationOptions kind = state.Place == ItemPlace.Threads ? TaskCreationOptions.LongRunning : TaskCreationOptions.None;
            Task[] tasks = new Task[workers];
            for (int i = 0; i < workers; i++)
            {
                tasks[i] = Task.Factory.StartNew(() => WorkAsync(stop), CancellationToken.None, kind | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default).Unwrap();
            }

            await Task.WhenAll(tasks);
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (_givenUp >= workers && workers > 0 && state.DoneCount < state.Count)
        {
            await state.FinishAsync(cancellationToken);
            throw new NodeException(
                StepErrors.IgnoresCancelReason,
                $"{_givenUp} items did not end after their time-out and were given up; they hold all threads of the fan-out. In mode processes such items are ended.");
        }

        if (_execution.PauseToken.IsCancellationRequested && !state.IsTooMuchFailed && state.DoneCount < state.Count)
        {
            await state.FlushAsync(cancellationToken);
            throw new OperationCanceledException(_execution.PauseToken);
        }
    }

    private async Task WorkAsync(CancellationTokenSource stop)
    {
        while (!stop.IsCancellationRequested && !_execution.PauseToken.IsCancellationRequested)
        {
            int index = Interlocked.Increment(ref _next);
            if (index > _last)
            {
                return;
            }

            if (state.StateOf(index) is ItemState.Succeeded or ItemState.Failed)
            {
                continue;
            }

            try
            {
                (bool isTooMuchFailed, bool isGivenUp) = await RunItemAsync(index, stop.Token);
                if (isTooMuchFailed)
                {
                    await stop.CancelAsync();
                }

                if (isGivenUp)
                {
                    // It goes on in place of this worker.
                    Interlocked.Increment(ref _givenUp);
                    return;
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested || _execution.PauseToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async ValueTask<(bool IsTooMuchFailed, bool IsGivenUp)> RunItemAsync(int index, CancellationToken cancellationToken)
    {
        while (true)
        {
            int tries = state.FailuresOf(index) + 1;
            DateTimeOffset start = _execution.Services.Time.GetUtcNow();
            long began = _execution.Services.Time.GetTimestamp();
            int attempt = await state.StartAsync(index, start, cancellationToken);
            (ChildRunResult? result, StepError? error, int processId, bool isGivenUp) = await AttemptAsync(index, cancellationToken);
            var item = new ItemRecord
            {
                Index = index,
                State = error is null ? ItemState.Succeeded : ItemState.Failed,
                Attempt = attempt,
                Error = error,
                Place = state.Place,
                ProcessId = processId,
                StartTime = start,
                Elapsed = _execution.Services.Time.GetElapsedTime(began),
                Result = error is null ? result : null,
            };
            // Another attempt would run beside the one that was given up.
            if (error is null || tries >= state.Parameters.ItemAttempts || error.Reason == StepErrors.IgnoresCancelReason)
            {
                return (await state.EndAsync(item, cancellationToken), isGivenUp);
            }

            await state.PostponeAsync(item, cancellationToken);
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _execution.PauseToken);
            await Task.Delay(state.Parameters.DelayAfter(tries), _execution.Services.Time, either.Token);
        }
    }

    private async ValueTask<Attempt> AttemptAsync(int index, CancellationToken cancellationToken)
    {
        using CancellationTokenSource? timeout = state.Parameters.ItemTimeout is { } seconds && state.Place != ItemPlace.Processes
            ? new CancellationTokenSource(TimeSpan.FromSeconds(seconds), _execution.Services.Time)
            : null;
        try
        {
            var request = new ChildRunRequest
            {
                Workflow = state.Parameters.Workflow,
                Version = state.Parameters.Version,
                Context = _execution.Run with { Inputs = state.InputsOf(index), ItemPath = ChildInputs.Path(_execution, index) },
                Services = _execution.Services,
            };
            if (state.Place == ItemPlace.Processes)
            {
                (ChildRunResult outcome, int processId) = await processes!.RunAsync(
                    request, state.Parameters.ItemTimeout is { } limit ? TimeSpan.FromSeconds(limit) : null, cancellationToken);
                return new Attempt(outcome, outcome.Error, processId);
            }

            ChildRunResult? result = timeout is null
                ? await children.RunAsync(request, cancellationToken)
                : await RunTimedAsync(request, timeout.Token, cancellationToken);
            return result is null
                ? new Attempt(null, StepErrors.IgnoresCancel(_execution.NodeId, Late(index)), 0, IsGivenUp: true)
                : new Attempt(result, result.Error);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && timeout is { IsCancellationRequested: true })
        {
            return new Attempt(null, new StepError("ITEM_TIMEOUT", Late(index), null, true));
        }
        catch (NodeException e)
        {
            return new Attempt(null, StepErrors.From(e, null));
        }
    }

    private string Late(int index) => $"Item {index} did not finish within {state.Parameters.ItemTimeout} s.";

    // Returns null when the item does not obey its time-out and was given up. A host that gives up nothing waits for it.
    private async ValueTask<ChildRunResult?> RunTimedAsync(ChildRunRequest request, CancellationToken timeout, CancellationToken cancellationToken)
    {
        if (_execution.Services.Get<IAbandonedWork>() is not { } host)
        {
            using CancellationTokenSource linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout);
            return await children.RunAsync(request, linked.Token);
        }

        // The worker waits without a thread; the item has one of its own in the same way as a worker.
        TaskCreationOptions kind = (state.Place == ItemPlace.Threads ? TaskCreationOptions.LongRunning : TaskCreationOptions.None) | TaskCreationOptions.DenyChildAttach;
        ChildRunResult? result = null;
        Task? left = await CancelPatience.RunAsync(
            token => Task.Factory.StartNew(async () => { result = await children.RunAsync(request, token); }, CancellationToken.None, kind, TaskScheduler.Default).Unwrap(),
            host,
            _execution.Services.Time,
            cancellationToken,
            timeout);
        if (left is null)
        {
            return result;
        }

        host.Keep(new AbandonedWork(request.Context.RunId, _execution.NodeId, _execution.Definition.Type, left));
        cancellationToken.ThrowIfCancellationRequested();
        return null;
    }

    private readonly record struct Attempt(ChildRunResult? Result, StepError? Error, int ProcessId = 0, bool IsGivenUp = false);
}

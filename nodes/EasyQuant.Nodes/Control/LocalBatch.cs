using EasyQuant.Flow;

namespace EasyQuant.Nodes.Control;

/// <summary>Executes the items of a fan-out on this machine: inline, on threads, or in child processes.</summary>
internal sealed class LocalBatch(BatchState state, IChildRunner children, IItemProcesses? processes)
{
    private const int ThreadsMax = 256;

    private readonly NodeExecution _execution = state.Execution;
    private int _next = -1;
    private int _last;

    /// <summary>Runs the items that have not ended, those before <paramref name="end"/> only, or fewer when too many fail or the run is to rest.</summary>
    /// <exception cref="OperationCanceledException">The run was cancelled, or it is to rest and not all items have ended.</exception>
    public async ValueTask RunAsync(int end, CancellationToken cancellationToken)
    {
        _last = end - 1;
        _next = -1;
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
                if (await RunItemAsync(index, stop.Token))
                {
                    await stop.CancelAsync();
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested || _execution.PauseToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async ValueTask<bool> RunItemAsync(int index, CancellationToken cancellationToken)
    {
        while (true)
        {
            int tries = state.FailuresOf(index) + 1;
            DateTimeOffset start = _execution.Services.Time.GetUtcNow();
            long began = _execution.Services.Time.GetTimestamp();
            int attempt = await state.StartAsync(index, start, cancellationToken);
            (ChildRunResult? result, StepError? error, int processId) = await AttemptAsync(index, cancellationToken);
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
            if (error is null || tries >= state.Parameters.ItemAttempts)
            {
                return await state.EndAsync(item, cancellationToken);
            }

            await state.PostponeAsync(item, cancellationToken);
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _execution.PauseToken);
            await Task.Delay(state.Parameters.DelayAfter(tries), _execution.Services.Time, either.Token);
        }
    }

    private async ValueTask<(ChildRunResult? Result, StepError? Error, int ProcessId)> AttemptAsync(int index, CancellationToken cancellationToken)
    {
        using CancellationTokenSource? timeout = state.Parameters.ItemTimeout is { } seconds && state.Place != ItemPlace.Processes
            ? new CancellationTokenSource(TimeSpan.FromSeconds(seconds), _execution.Services.Time)
            : null;
        using CancellationTokenSource? linked = timeout is null ? null : CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        CancellationToken token = linked?.Token ?? cancellationToken;
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
                return (outcome, outcome.Error, processId);
            }

            ChildRunResult result = await children.RunAsync(request, token);
            return (result, result.Error, 0);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && timeout is { IsCancellationRequested: true })
        {
            return (null, new StepError("ITEM_TIMEOUT", $"Item {index} did not finish within {state.Parameters.ItemTimeout} s.", null, true), 0);
        }
        catch (NodeException e)
        {
            return (null, StepErrors.From(e, null), 0);
        }
    }
}

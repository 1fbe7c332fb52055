using EasyQuant.Flow;

namespace EasyQuant.Nodes.Control;

/// <summary>
/// Executes the items of a fan-out as durable runs on all workers: keeps as many under way as the concurrency says, gives its own slot away while it waits,
/// and goes on with the runs that exist when another worker takes the step over.
/// </summary>
internal sealed class RemoteBatch(BatchState state, IRemoteItems remote)
{
    private const int StartMax = 500;
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_timeoutTick = TimeSpan.FromMilliseconds(500);

    private readonly NodeExecution _execution = state.Execution;
    private readonly PriorityQueue<int, long> _again = new();
    private readonly HashSet<int> _underWay = [];
    private int _next;

    /// <summary>Runs the items that have not ended.</summary>
    /// <exception cref="OperationCanceledException">The run was cancelled, or it is to rest.</exception>
    public async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        for (int i = 0; i < state.Count; i++)
        {
            if (state.StateOf(i) == ItemState.Running)
            {
                _underWay.Add(i);
            }
        }

        try
        {
            await LoopAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await remote.AbandonAsync(_execution.NodeId);
            throw;
        }
    }

    private async ValueTask LoopAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _execution.PauseToken);
        TimeProvider time = _execution.Services.Time;
        TimeSpan delay = s_shortest;
        long checkedAt = time.GetTimestamp();
        await StartAsync(cancellationToken);
        // From here on it only waits: its slot goes to its items, which are queued already.
        using IDisposable waiting = remote.Wait();
        while (true)
        {
            if (_execution.PauseToken.IsCancellationRequested)
            {
                await state.FlushAsync(cancellationToken);
                throw new OperationCanceledException(_execution.PauseToken);
            }

            await StartAsync(cancellationToken);
            if (_underWay.Count == 0 && _again.Count == 0 && _next >= state.Count)
            {
                return;
            }

            IReadOnlyList<ItemRecord> ended = await remote.CollectAsync(_execution.NodeId, cancellationToken);
            foreach (ItemRecord item in ended)
            {
                await TakeAsync(item, cancellationToken);
            }

            if (state.IsTooMuchFailed)
            {
                await remote.CancelAsync(_execution.NodeId, null, cancellationToken);
                return;
            }

            if (state.Parameters.ItemTimeout is { } seconds && time.GetElapsedTime(checkedAt) > s_timeoutTick)
            {
                checkedAt = time.GetTimestamp();
                await remote.CancelAsync(_execution.NodeId, TimeSpan.FromSeconds(seconds), cancellationToken);
            }

            if (ended.Count > 0)
            {
                delay = s_shortest;
                continue;
            }

            await Task.Delay(delay, time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            delay = delay * 1.5 < s_longest ? delay * 1.5 : s_longest;
        }
    }

    private async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        while (_underWay.Count < state.Parameters.Concurrency)
        {
            var starts = new List<RemoteItem>();
            while (starts.Count < StartMax && _underWay.Count + starts.Count < state.Parameters.Concurrency && NextIndex() is { } index)
            {
                await AddAsync(starts, index, cancellationToken);
            }

            if (starts.Count == 0)
            {
                return;
            }

            IReadOnlyList<ItemRecord> refused = await remote.StartAsync(
                _execution.NodeId, state.Parameters.Workflow, state.Parameters.Version, starts, cancellationToken);
            _underWay.UnionWith(starts.Select(start => start.Index));
            foreach (ItemRecord item in refused)
            {
                _underWay.Remove(item.Index);
                await state.EndAsync(item, cancellationToken);
            }

            if (state.IsTooMuchFailed)
            {
                return;
            }
        }
    }

    private async ValueTask AddAsync(List<RemoteItem> starts, int index, CancellationToken cancellationToken)
    {
        int attempt = await state.StartAsync(index, _execution.Services.Time.GetUtcNow(), cancellationToken);
        try
        {
            starts.Add(new RemoteItem(index, attempt, state.InputsOf(index)));
        }
        catch (NodeException e)
        {
            await state.EndAsync(
                new ItemRecord { Index = index, State = ItemState.Failed, Attempt = attempt, Place = ItemPlace.Remote, Error = StepErrors.From(e, null) }, cancellationToken);
        }
    }

    private int? NextIndex()
    {
        if (_again.TryPeek(out int again, out long due) && due <= _execution.Services.Time.GetTimestamp())
        {
            _again.Dequeue();
            return again;
        }

        while (_next < state.Count)
        {
            int index = _next++;
            if (state.StateOf(index) is ItemState.Pending or ItemState.Cancelled)
            {
                return index;
            }
        }

        return null;
    }

    private async ValueTask TakeAsync(ItemRecord item, CancellationToken cancellationToken)
    {
        if (!_underWay.Remove(item.Index))
        {
            return;
        }

        if (item.State != ItemState.Succeeded)
        {
            int tries = state.FailuresOf(item.Index) + 1;
            if (tries < state.Parameters.ItemAttempts && !state.IsTooMuchFailed)
            {
                TimeProvider time = _execution.Services.Time;
                _again.Enqueue(item.Index, time.GetTimestamp() + (long)(state.Parameters.DelayAfter(tries).TotalSeconds * time.TimestampFrequency));
                await state.PostponeAsync(item, cancellationToken);
                return;
            }
        }

        await state.EndAsync(item, cancellationToken);
    }
}

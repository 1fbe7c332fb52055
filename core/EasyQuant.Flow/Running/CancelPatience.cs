namespace EasyQuant.Flow;

/// <summary>Runs node code so that its caller can end without it: when it is cancelled and has not ended after the grace of its host, the caller goes on.</summary>
public static class CancelPatience
{
    /// <summary>Starts work with a token of its own and waits for it, after a cancel for <see cref="IAbandonedWork.CancelGrace"/> only.</summary>
    /// <param name="start">Starts the work on another thread, so that it cannot hold the caller's.</param>
    /// <param name="host">Says how long it is waited for.</param>
    /// <param name="time">The clock.</param>
    /// <param name="first">Cancels the work.</param>
    /// <param name="second">Cancels it too.</param>
    /// <returns>Null when the work has ended, with its exception if it failed; the work itself when it was given up.</returns>
    public static async ValueTask<Task?> RunAsync(Func<CancellationToken, Task> start, IAbandonedWork host, TimeProvider time, CancellationToken first, CancellationToken second)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(time);
        var wait = new Wait(host, time);
        using CancellationTokenSource patience = wait.Patience;
        using CancellationTokenRegistration one = first.Register(wait.Begin);
        using CancellationTokenRegistration other = second.Register(wait.Begin);
        Task work = start(wait.Token);
        try
        {
            await work.WaitAsync(patience.Token);
            return null;
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            if (!work.IsCompleted)
            {
                return work;
            }
        }

        // It ended in the last moment.
        await work;
        return null;
    }

    private sealed class Wait(IAbandonedWork host, TimeProvider time)
    {
        private readonly Lock _gate = new();
        // Not disposed: work that was given up may still use its token, and a source without timer holds nothing.
        private readonly CancellationTokenSource _stop = new();
        private long _began;
        private TimeSpan _grace = Timeout.InfiniteTimeSpan;

        public CancellationTokenSource Patience { get; } = new(Timeout.InfiniteTimeSpan, time);

        public CancellationToken Token => _stop.Token;

        // The shortest grace of several causes counts, each from its own moment. What the work itself does when it hears of the cancel must not hold the caller.
        public void Begin()
        {
            TimeSpan grace = host.CancelGrace;
            long now = time.GetTimestamp();
            lock (_gate)
            {
                if (_grace == Timeout.InfiniteTimeSpan || grace < _grace - time.GetElapsedTime(_began, now))
                {
                    (_grace, _began) = (grace, now);
                    Patience.CancelAfter(grace);
                }
            }

            _ = _stop.CancelAsync();
        }
    }
}

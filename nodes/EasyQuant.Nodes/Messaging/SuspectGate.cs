namespace EasyQuant.Nodes.Messaging;

/// <summary>
/// Lets a chunk that may end its process be tried alone: the other lanes of the group in this process wait meanwhile, so that no innocent chunk is in hand
/// when the process ends. Waits are bounded: whoever has waited long enough goes on beside the others. Thread-safe.
/// </summary>
/// <param name="time">Clock of the waits.</param>
internal sealed class SuspectGate(TimeProvider time)
{
    /// <summary>How long a suspect waits for the others to finish, and the others for a suspect: 5 s.</summary>
    public static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = New();
    private int _insideCount;
    private int _suspectWaitCount;
    private Pass? _alone;

    /// <summary>Waits for the turn of a chunk.</summary>
    /// <param name="isSuspect">Whether it is to be tried alone.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Ends the turn when it is disposed; disposing twice is harmless.</returns>
    public async Task<IDisposable> EnterAsync(bool isSuspect, CancellationToken cancellationToken)
    {
        var pass = new Pass(this);
        Task? changed = TryEnter(pass, isSuspect, isFirstTry: true);
        if (changed is null)
        {
            return pass;
        }

        long began = time.GetTimestamp();
        try
        {
            while (changed is not null)
            {
                TimeSpan left = WaitMax - time.GetElapsedTime(began);
                if (left <= TimeSpan.Zero)
                {
                    EnterBesideOthers();
                    break;
                }

                await changed.WaitAsync(left, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
                changed = TryEnter(pass, isSuspect, isFirstTry: false);
            }
        }
        finally
        {
            if (isSuspect)
            {
                EndWait();
            }
        }

        return pass;
    }

    // Null when the pass is inside; otherwise what to wait for.
    private Task? TryEnter(Pass pass, bool isSuspect, bool isFirstTry)
    {
        lock (_lock)
        {
            if (_alone is null && (isSuspect ? _insideCount == 0 : _suspectWaitCount == 0))
            {
                _insideCount++;
                _alone = isSuspect ? pass : null;
                return null;
            }

            _suspectWaitCount += isSuspect && isFirstTry ? 1 : 0;
            return _changed.Task;
        }
    }

    private void EnterBesideOthers()
    {
        lock (_lock)
        {
            _insideCount++;
            // A suspect that holds the others up for longer than they wait is no longer alone.
            _alone = null;
        }
    }

    private void EndWait()
    {
        lock (_lock)
        {
            _suspectWaitCount--;
            Signal();
        }
    }

    private void Leave(Pass pass)
    {
        lock (_lock)
        {
            _insideCount--;
            _alone = _alone == pass ? null : _alone;
            Signal();
        }
    }

    private void Signal()
    {
        _changed.TrySetResult();
        _changed = New();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Pass(SuspectGate gate) : IDisposable
    {
        private int _isOver;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isOver, 1) == 0)
            {
                gate.Leave(this);
            }
        }
    }
}

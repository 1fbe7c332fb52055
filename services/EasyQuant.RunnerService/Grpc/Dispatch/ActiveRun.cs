using EasyQuant.Contracts.Run.V1;
using StepCancels = EasyQuant.Flow.StepCancels;

namespace EasyQuant.RunnerService.Grpc.Dispatch;

/// <summary>A run under our lease: its tokens, how long the lease is trusted, and what is still to be reported. Thread-safe.</summary>
internal sealed class ActiveRun
{
    private readonly Lock _gate = new();
    // Not disposed: lease keeper and reporter may stop a run that has just ended, and a source without timer holds nothing.
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _pause = new();
    private readonly Dictionary<string, Step> _steps = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];
    private readonly Dictionary<string, string> _progress = new(StringComparer.Ordinal);
    private TaskCompletionSource? _flushed;
    private RunReport? _final;
    private bool _isQueued;
    private long _trustedUntil;

    public ActiveRun(ClaimedRun claimed, long trustedUntil)
    {
        Claimed = claimed;
        _trustedUntil = trustedUntil;
        CancelSteps(claimed.CancelledNodeIds);
    }

    /// <summary>Gets what was claimed.</summary>
    public ClaimedRun Claimed { get; }

    public string RunId => Claimed.Run.RunId;

    public long Epoch => Claimed.Run.Epoch;

    /// <summary>Gets why it was stopped.</summary>
    public StopCause Cause { get; private set; }

    /// <summary>Gets the token that stops the run.</summary>
    public CancellationToken StopToken => _stop.Token;

    /// <summary>Gets the token that lets it rest after the current step.</summary>
    public CancellationToken PauseToken => _pause.Token;

    /// <summary>Gets the steps that are to be cancelled while the rest of the run goes on.</summary>
    public StepCancels Cancels { get; } = new();

    /// <summary>Gets or sets the monotonic time until which the lease certainly holds.</summary>
    public long TrustedUntil
    {
        get => Interlocked.Read(ref _trustedUntil);
        set => Interlocked.Exchange(ref _trustedUntil, value);
    }

    /// <summary>Gets or sets the W3C traceparent of the execution, which its reports carry; empty for none.</summary>
    public string TraceParent { get; set; } = "";

    /// <summary>Gets the estimated size of what waits to be reported.</summary>
    public int PendingBytes { get; private set; }

    /// <summary>Stops the run; the first cause stays, except that a lost lease overrides all.</summary>
    public void Stop(StopCause cause)
    {
        TaskCompletionSource? flushed = null;
        lock (_gate)
        {
            if (Cause == StopCause.None || cause == StopCause.Lost)
            {
                Cause = cause;
            }

            if (cause == StopCause.Lost)
            {
                flushed = _flushed;
                _flushed = null;
            }
        }

        flushed?.TrySetException(new LeaseLostException(RunId));
        // What nodes do when they hear of it must not hold the caller.
        _ = _stop.CancelAsync();
    }

    public void Pause() => _ = _pause.CancelAsync();

    /// <summary>Cancels steps, at once or when their turn comes; the rest of the run goes on.</summary>
    public void CancelSteps(IEnumerable<string> nodeIds)
    {
        foreach (string nodeId in nodeIds)
        {
            Cancels.Ask(nodeId);
        }
    }

    /// <summary>Notes the newest state of a step.</summary>
    /// <returns>True when the run must be put into the queue of reports.</returns>
    public bool Note(Step step)
    {
        lock (_gate)
        {
            if (!_steps.TryGetValue(step.NodeId, out Step? before))
            {
                _order.Add(step.NodeId);
            }

            PendingBytes += step.CalculateSize() - (before?.CalculateSize() ?? 0);
            _steps[step.NodeId] = step;
            return Queue();
        }
    }

    /// <summary>Notes the newest progress of a node.</summary>
    /// <returns>True when the run must be put into the queue of reports.</returns>
    public bool NoteProgress(string nodeId, string text)
    {
        lock (_gate)
        {
            _progress[nodeId] = text;
            return Queue();
        }
    }

    /// <summary>Whether its end was noted: a lease that is gone then is no loss.</summary>
    public bool IsEnding { get; private set; }

    /// <summary>Notes how the run ended and returns a task that completes when that is stored; it fails with <see cref="LeaseLostException"/>.</summary>
    /// <param name="final">The end, in one step with the waiting: an end that travelled alone would leave a second report that comes too late.</param>
    /// <param name="mustQueue">True when the run must be put into the queue of reports.</param>
    public Task WhenEnded(RunReport final, out bool mustQueue)
    {
        lock (_gate)
        {
            _final = final;
            IsEnding = true;
            return WhenFlushed(out mustQueue);
        }
    }

    /// <summary>Returns a task that completes when everything noted so far is stored; it fails with <see cref="LeaseLostException"/>.</summary>
    /// <param name="mustQueue">True when the run must be put into the queue of reports.</param>
    public Task WhenFlushed(out bool mustQueue)
    {
        lock (_gate)
        {
            mustQueue = false;
            if (Cause == StopCause.Lost)
            {
                return Task.FromException(new LeaseLostException(RunId));
            }

            mustQueue = Queue();
            _flushed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _flushed.Task;
        }
    }

    /// <summary>Takes everything noted so far as one report.</summary>
    public (RunReport Report, TaskCompletionSource? Flushed) Take()
    {
        lock (_gate)
        {
            _isQueued = false;
            RunReport report = _final ?? new RunReport();
            report.RunId = RunId;
            report.Epoch = Epoch;
            report.Traceparent = TraceParent;
            foreach (string nodeId in _order)
            {
                report.Steps.Add(_steps[nodeId]);
            }

            foreach ((string nodeId, string text) in _progress)
            {
                report.Progress[nodeId] = text;
            }

            TaskCompletionSource? flushed = _flushed;
            _final = null;
            _flushed = null;
            PendingBytes = 0;
            _steps.Clear();
            _order.Clear();
            _progress.Clear();
            return (report, flushed);
        }
    }

    private bool Queue()
    {
        bool mustQueue = !_isQueued;
        _isQueued = true;
        return mustQueue;
    }
}

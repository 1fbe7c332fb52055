using EasyQuant.Flow;

namespace EasyQuant.RunnerService.Processes;

/// <summary>Node code of a child process that did not end after the time-out of its step: the process answers without it and is replaced. Thread-safe.</summary>
internal sealed class ChildAbandoned : IAbandonedWork
{
    private volatile bool _isAny;

    public TimeSpan CancelGrace => ItemProcess.CancelGrace;

    /// <summary>Gets whether some goes on in this process.</summary>
    public bool IsAny => _isAny;

    public void Keep(AbandonedWork work) => _isAny = true;
}

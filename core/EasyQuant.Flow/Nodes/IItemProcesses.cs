namespace EasyQuant.Flow;

/// <summary>Executes items in warm child processes of this worker; a process that hangs or dies is replaced. Safe for concurrent use.</summary>
public interface IItemProcesses
{
    /// <summary>Processes that may execute at the same time; at least 1.</summary>
    int CountMax { get; }

    /// <summary>Runs a workflow once in a free process and returns how it ended and where.</summary>
    /// <param name="request">What to run.</param>
    /// <param name="timeout">Longest time from the moment a process has the item, without the wait for a free one; null for none.</param>
    /// <param name="cancellationToken">Stops the item.</param>
    /// <exception cref="NodeException"><c>ITEM_TIMEOUT</c> (transient), <c>ITEM_PROCESS_DIED</c> (transient), <c>ITEM_OUT_OF_MEMORY</c>, or a reason of <see cref="IChildRunner"/>.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; the process was stopped when it did not obey.</exception>
    ValueTask<(ChildRunResult Result, int ProcessId)> RunAsync(ChildRunRequest request, TimeSpan? timeout, CancellationToken cancellationToken);
}

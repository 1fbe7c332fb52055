using EasyQuant.Flow;

namespace EasyQuant.Nodes.Messaging;

/// <summary>Child processes of this host in which replicas of process groups execute, each in one of its own. Thread-safe.</summary>
public interface IReplicaProcesses
{
    /// <summary>Runs a workflow that holds one replica in a child process; one that dies is replaced, and the replica starts over under the same names.</summary>
    /// <param name="context">Context of the run.</param>
    /// <param name="workflow">The workflow; it calls no other.</param>
    /// <param name="onProgress">Told what the group has done and in which process; the calls come one after the other and all have returned before this method does.</param>
    /// <param name="cancellationToken">Stops the replica.</param>
    /// <returns>How the replica ended, and the id of the process in which it did.</returns>
    /// <exception cref="NodeException"><c>ITEM_PROCESS_DIED</c>: process after process died; transient.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; the process was stopped when it did not obey.</exception>
    ValueTask<(ChildRunResult Result, int ProcessId)> RunAsync(
        RunContext context, WorkflowDefinition workflow, Func<GroupProgress, int, CancellationToken, ValueTask> onProgress, CancellationToken cancellationToken);
}

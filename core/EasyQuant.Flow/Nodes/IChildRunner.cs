namespace EasyQuant.Flow;

/// <summary>Executes other workflows in this process on behalf of a node. Safe for concurrent use.</summary>
public interface IChildRunner
{
    /// <summary>Runs a workflow once and returns how it ended; a failed child is a result, not an exception.</summary>
    /// <exception cref="NodeException"><c>SUB_WORKFLOW_NOT_FOUND</c>, <c>SUB_WORKFLOW_RECURSION</c>, <c>WORKFLOW_INVALID</c> or <c>LIMIT_EXCEEDED</c>: the child could not start.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    ValueTask<ChildRunResult> RunAsync(ChildRunRequest request, CancellationToken cancellationToken);
}

using System.Data.Common;

namespace EasyQuant.Flow;

/// <summary>Turns what a handler threw into a step's error.</summary>
public static class StepErrors
{
    /// <summary>The reason of a step that was cancelled without its run.</summary>
    public const string CancelledReason = "STEP_CANCELLED";

    /// <summary>The reason of a step or an item whose node did not end after its cancel.</summary>
    public const string IgnoresCancelReason = "NODE_IGNORES_CANCEL";

    /// <summary>Returns the error: a <see cref="NodeException"/> keeps its reason, everything else becomes <c>NODE_FAILED</c>; IO, time-outs and databases say whether they are transient.</summary>
    public static StepError From(Exception exception, string? nodeId) => exception switch
    {
        NodeException known => new StepError(known.Reason, known.Message, nodeId, known.IsTransient),
        WorkflowInvalidException invalid => new StepError(
            invalid.Errors.Count > 0 ? invalid.Errors[0].Reason : "WORKFLOW_INVALID", invalid.Message, nodeId),
        DbException database => new StepError("DATABASE_FAILED", database.Message, nodeId, IsPassing(database)),
        IOException or TimeoutException => new StepError("NODE_FAILED", $"{exception.GetType().Name}: {exception.Message}", nodeId, true),
        _ => new StepError("NODE_FAILED", $"{exception.GetType().Name}: {exception.Message}", nodeId),
    };

    /// <summary>Returns why a step was cancelled without its run: <c>STEP_CANCELLED</c>.</summary>
    /// <param name="nodeId">Id of the node.</param>
    /// <param name="isAbandoned">Whether it did not end after the cancel and was given up.</param>
    public static StepError Cancelled(string nodeId, bool isAbandoned = false) =>
        new(CancelledReason, $"Node '{nodeId}' was cancelled{(isAbandoned ? $", did not end and was given up ({IgnoresCancelReason})" : "")}.", nodeId);

    /// <summary>Returns why a step ended without its node, which goes on: <c>NODE_IGNORES_CANCEL</c>. Never transient: a second attempt would run beside the first.</summary>
    /// <param name="nodeId">Id of the node.</param>
    /// <param name="what">What happened before, a sentence.</param>
    public static StepError IgnoresCancel(string nodeId, string what) =>
        new(IgnoresCancelReason, $"{what} It did not end after its cancel and was given up.", nodeId);

    /// <summary>Returns why a step was skipped that depends, directly or not, on one that failed or was cancelled: <c>UPSTREAM_FAILED</c> with that node.</summary>
    /// <param name="nodeId">Id of the node that failed or was cancelled.</param>
    /// <param name="state">Failed (the default) or cancelled.</param>
    public static StepError Upstream(string nodeId, StepState state = StepState.Failed) =>
        new("UPSTREAM_FAILED", $"Node '{nodeId}' {(state == StepState.Cancelled ? "was cancelled" : "failed")}, and this node depends on it.", nodeId);

    // An error without a state of the server is the connection's: it broke. 25P03: the server ended a session that stood still in its transaction.
    private static bool IsPassing(DbException database) => database.IsTransient || database.SqlState is "25P03" || (database.SqlState is null && database.InnerException is not null);
}

using EasyQuant.Contracts.Run.V1;

namespace EasyQuant.WorkflowService.Storage.Groups;

/// <summary>A replica with the state of its run.</summary>
/// <param name="GroupId">Its group.</param>
/// <param name="Replica">Number, counted from 0.</param>
/// <param name="RunId">Its run.</param>
/// <param name="State">State of the run.</param>
/// <param name="IsStopping">Whether the run is to be cancelled.</param>
/// <param name="CrashCount">How often a lease of the run expired.</param>
/// <param name="WorkerId">Worker that holds or last held it.</param>
/// <param name="ErrorCount">Failures of chunks that it met.</param>
/// <param name="Error">Why the run failed; null otherwise.</param>
internal sealed record ReplicaRow(
    string GroupId, int Replica, Guid RunId, RunState State, bool IsStopping, int CrashCount, string WorkerId, long ErrorCount, byte[]? Error)
{
    /// <summary>Whether the run works or waits, and is to go on.</summary>
    public bool IsAlive => !IsStopping && !HasEnded;

    /// <summary>Whether the run has ended.</summary>
    public bool HasEnded => State is RunState.Succeeded or RunState.Failed or RunState.Cancelled;
}

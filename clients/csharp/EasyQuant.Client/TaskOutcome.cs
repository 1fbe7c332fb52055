using EasyQuant.Contracts.Run.V1;
using Google.Protobuf.WellKnownTypes;

namespace EasyQuant.Client;

/// <summary>What came of a task.</summary>
/// <param name="State">How it ended: succeeded, failed or cancelled.</param>
/// <param name="WorkerName">Worker that had it; empty when it was executed in this process, or when the worker has left the pool.</param>
/// <param name="IsLocal">Whether it was executed in this process, because the platform had no worker.</param>
/// <param name="Outputs">Outputs once succeeded; empty otherwise.</param>
/// <param name="Error">Why it failed; null otherwise.</param>
public sealed record TaskOutcome(RunState State, string WorkerName, bool IsLocal, Struct Outputs, RunError? Error);

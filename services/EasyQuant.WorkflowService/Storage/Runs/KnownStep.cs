using EasyQuant.Contracts.Run.V1;

namespace EasyQuant.WorkflowService.Storage.Runs;

/// <summary>What is stored about a step.</summary>
/// <param name="State">State of the latest attempt.</param>
/// <param name="Attempt">Latest attempt over all leases and retries.</param>
/// <param name="AttemptBase">Attempts made before the latest retry of the run; a Runner counts from there.</param>
internal readonly record struct KnownStep(StepState State, int Attempt, int AttemptBase);

namespace EasyQuant.RunnerService.Grpc.Dispatch;

/// <summary>The lease of a run is lost: whoever works on it stops at once.</summary>
/// <param name="runId">The run.</param>
internal sealed class LeaseLostException(string runId) : Exception($"The lease of run {runId} is lost.");

namespace EasyQuant.SchedulerService.Schedules;

/// <summary>What became of the attempt to create a run.</summary>
/// <param name="RequestId">The firing's request.</param>
/// <param name="RunId">The run; empty when there is none.</param>
/// <param name="RunState">Number of its state.</param>
/// <param name="Error">Why there is none; empty otherwise.</param>
/// <param name="IsFinal">Trying again does not help.</param>
internal sealed record StartOutcome(Guid RequestId, string RunId, int RunState, string Error, bool IsFinal);

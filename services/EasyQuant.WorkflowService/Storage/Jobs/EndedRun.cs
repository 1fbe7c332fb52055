using EasyQuant.Contracts.Run.V1;

namespace EasyQuant.WorkflowService.Storage.Jobs;

/// <summary>How a run of a job ended and how long it took.</summary>
internal readonly record struct EndedRun(RunState State, TimeSpan Duration);

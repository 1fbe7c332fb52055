using EasyQuant.Flow;

namespace EasyQuant.RunnerService.Grpc.Execution;

/// <summary>A workflow with the sub-workflows fixed for a run, prepared for reuse by runs that fix the same ones.</summary>
/// <param name="Graphs">Prepared graphs of the workflow.</param>
/// <param name="Children">Runs its sub-workflows.</param>
internal sealed record PreparedWorkflow(GraphPool Graphs, IChildRunner Children);

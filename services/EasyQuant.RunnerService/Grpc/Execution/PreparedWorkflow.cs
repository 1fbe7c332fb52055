using EasyQuant.Flow;

namespace EasyQuant.RunnerService.Grpc.Execution;

/// <summary>A workflow with the sub-workflows fixed for a run, prepared for reuse by runs that fix the same ones.</summary>
/// <param name="Graphs">Prepared graphs of the workflow.</param>
/// <param name="Children">Runs its sub-workflows.</param>
/// <param name="Definitions">The sub-workflows by name and version.</param>
/// <param name="Key">Hash of all of them.</param>
internal sealed record PreparedWorkflow(GraphPool Graphs, IChildRunner Children, IReadOnlyDictionary<(string Name, int Version), WorkflowDefinition> Definitions, string Key)
{
    /// <summary>Returns the version of a sub-workflow that a call without a version means; 0 when there is none.</summary>
    public int NewestVersion(string name) => Definitions.Keys.Where(key => key.Name == name).Select(key => key.Version).DefaultIfEmpty(0).Max();
}

using EasyQuant.Contracts.Group.V1;
using EasyQuant.Contracts.Run.V1;

namespace EasyQuant.WorkflowService.Storage.Groups;

/// <summary>A start as the controller decides over it.</summary>
/// <param name="StartId">Id of the start.</param>
/// <param name="ProjectId">Project that owns it.</param>
/// <param name="SchedulerId">Its process scheduler.</param>
/// <param name="Version">Version of that.</param>
/// <param name="State">Current state.</param>
/// <param name="Priority">Priority of its runs.</param>
/// <param name="Actor">Who started it.</param>
/// <param name="Placement">Which workers may take its runs; null for any.</param>
internal sealed record StartRow(Guid StartId, string ProjectId, Guid SchedulerId, int Version, StartState State, int Priority, string Actor, RunPlacement? Placement);

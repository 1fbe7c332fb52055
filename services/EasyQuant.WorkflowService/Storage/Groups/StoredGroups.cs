namespace EasyQuant.WorkflowService.Storage.Groups;

/// <summary>A stored version of process groups. Never changes.</summary>
/// <param name="SchedulerId">Id, the same for all versions.</param>
/// <param name="Version">Counted from 1.</param>
/// <param name="ProjectId">Project that owns it.</param>
/// <param name="Json">Canonical JSON.</param>
/// <param name="Hash">SHA-256 of the JSON.</param>
/// <param name="CreateTime">When it was stored.</param>
/// <param name="Actor">Who stored it.</param>
internal sealed record StoredGroups(Guid SchedulerId, int Version, string ProjectId, string Json, string Hash, DateTimeOffset CreateTime, string Actor);

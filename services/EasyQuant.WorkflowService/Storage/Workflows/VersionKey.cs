namespace EasyQuant.WorkflowService.Storage.Workflows;

/// <summary>Names a stored version of a workflow.</summary>
internal readonly record struct VersionKey(Guid WorkflowId, int Version);

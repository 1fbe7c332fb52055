namespace EasyQuant.WorkflowService.Storage.Runs;

/// <summary>Place of a run in a list, newest first.</summary>
internal sealed record RunPosition(DateTimeOffset CreateTime, Guid RunId);

namespace EasyQuant.WorkflowService.Storage.Workflows;

/// <summary>A valid definition that is to be stored.</summary>
/// <param name="ProjectId">Project that owns it.</param>
/// <param name="Name">Name of the workflow.</param>
/// <param name="Json">Canonical JSON.</param>
/// <param name="Hash">SHA-256 of the JSON.</param>
/// <param name="Actor">Who stores it.</param>
internal sealed record NewDefinition(string ProjectId, string Name, string Json, string Hash, string Actor);

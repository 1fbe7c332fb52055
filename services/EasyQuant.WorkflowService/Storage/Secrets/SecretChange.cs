namespace EasyQuant.WorkflowService.Storage.Secrets;

/// <summary>A checked request to store a secret.</summary>
/// <param name="ProjectId">The project.</param>
/// <param name="Name">Name of the secret.</param>
/// <param name="Value">The value, UTF-8.</param>
/// <param name="Hosts">Servers that may receive it.</param>
/// <param name="RequestId">Chosen by the caller, or null.</param>
/// <param name="Actor">Who asks.</param>
internal sealed record SecretChange(string ProjectId, string Name, byte[] Value, string[] Hosts, Guid? RequestId, string Actor);

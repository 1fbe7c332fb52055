namespace EasyQuant.WorkflowService.Secrets;

/// <summary>What a sealed value belongs to; it opens under exactly this.</summary>
/// <param name="ProjectId">The project.</param>
/// <param name="Name">Name of the secret.</param>
/// <param name="Version">Version of the value.</param>
/// <param name="Hosts">Servers that may receive it, in order.</param>
internal sealed record SecretIdentity(string ProjectId, string Name, int Version, IReadOnlyList<string> Hosts);

using EasyQuant.Contracts.Workflow.V1;

namespace EasyQuant.WorkflowService.Storage.Workflows;

/// <summary>A stored version of a workflow. Never changes; shared between calls, so its parts are not changed either.</summary>
internal sealed record StoredDefinition
{
    public required VersionKey Key { get; init; }

    public required string ProjectId { get; init; }

    /// <summary>Canonical JSON.</summary>
    public required string Json { get; init; }

    public required string Hash { get; init; }

    public required DateTimeOffset CreateTime { get; init; }

    public required string Actor { get; init; }

    /// <summary>Wire form of the canonical JSON.</summary>
    public required WorkflowDefinition Wire { get; init; }

    /// <summary>Form that the core works on.</summary>
    public required EasyQuant.Flow.WorkflowDefinition Core { get; init; }
}

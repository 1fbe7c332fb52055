using EasyQuant.Flow;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.WorkflowService.Storage.Workflows;
using Grpc.Core;

namespace EasyQuant.WorkflowService.Definitions;

/// <summary>Validates definitions with everything they call, and fixes for a run which versions it may call. Thread-safe.</summary>
internal sealed class DefinitionChecker(NodeRegistry registry, WorkflowStore store)
{
    private const int SubWorkflowCountMax = 1_000;

    /// <summary>Returns everything that is wrong with a definition.</summary>
    public async Task<IReadOnlyList<FlowError>> CheckAsync(string projectId, WorkflowDefinition definition, CancellationToken cancellationToken)
    {
        NodeSet nodes = await registry.GetAsync(cancellationToken);
        var known = new Dictionary<(string, int), WorkflowDefinition?>();
        while (true)
        {
            // The validator asks synchronously: what it asks for and we lack is loaded, then it runs again. Each round goes one level deeper.
            var missing = new HashSet<(string Name, int Version)>();
            IReadOnlyList<FlowError> errors = WorkflowValidator.Validate(definition, nodes, (name, version) =>
            {
                if (known.TryGetValue((name, version), out WorkflowDefinition? found))
                {
                    return found;
                }

                missing.Add((name, version));
                return null;
            });
            if (missing.Count == 0 || known.Count > SubWorkflowCountMax)
            {
                return errors;
            }

            Dictionary<(string Name, int Version), StoredDefinition> loaded = await store.FindAsync(projectId, missing, cancellationToken);
            foreach ((string Name, int Version) key in missing)
            {
                known[key] = loaded.TryGetValue(key, out StoredDefinition? stored) ? stored.Core : null;
            }
        }
    }

    /// <summary>Returns the versions that a run of the workflow may call, each once; calls that only the run itself can resolve are not among them.</summary>
    public async Task<IReadOnlyList<VersionKey>> FindSubWorkflowsAsync(StoredDefinition root, CancellationToken cancellationToken)
    {
        NodeSet nodes = await registry.GetAsync(cancellationToken);
        var found = new List<VersionKey>();
        var seen = new HashSet<(string Name, int Version)>();
        IReadOnlyList<WorkflowDefinition> level = [root.Core];
        while (level.Count > 0)
        {
            var wanted = new HashSet<(string Name, int Version)>();
            foreach (WorkflowReference reference in level.SelectMany(definition => WorkflowReferences.Find(definition, nodes)))
            {
                if (seen.Add((reference.Workflow, reference.Version)))
                {
                    wanted.Add((reference.Workflow, reference.Version));
                }
            }

            if (wanted.Count == 0)
            {
                break;
            }

            level = await LoadLevelAsync(root, wanted, found, cancellationToken);
        }

        return [.. found.Distinct()];
    }

    private async Task<IReadOnlyList<WorkflowDefinition>> LoadLevelAsync(
        StoredDefinition root, HashSet<(string Name, int Version)> wanted, List<VersionKey> found, CancellationToken cancellationToken)
    {
        Dictionary<(string Name, int Version), StoredDefinition> loaded = await store.FindAsync(root.ProjectId, wanted, cancellationToken);
        foreach ((string name, int version) in wanted)
        {
            if (!loaded.TryGetValue((name, version), out StoredDefinition? stored))
            {
                throw new RpcError(
                    StatusCode.FailedPrecondition, "SUB_WORKFLOW_NOT_FOUND", $"Workflow '{root.Core.Name}' calls '{name}' version {version}, which does not exist any more.");
            }

            found.Add(stored.Key);
        }

        return found.Count <= SubWorkflowCountMax
            ? [.. loaded.Values.Select(stored => stored.Core)]
            : throw new RpcError(StatusCode.FailedPrecondition, "LIMIT_EXCEEDED", $"A run may call {SubWorkflowCountMax} workflows, '{root.Core.Name}' calls more.");
    }
}

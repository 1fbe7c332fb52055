using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Flow;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.WorkflowService.Definitions;
using EasyQuant.WorkflowService.Storage.Runs;
using EasyQuant.WorkflowService.Storage.Workflows;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Wire = EasyQuant.Contracts.Workflow.V1;

namespace EasyQuant.WorkflowService.Grpc;

/// <summary>Checks requests for runs and turns them into rows. Thread-safe.</summary>
internal sealed class RunFactory(WorkflowStore workflows, DefinitionChecker checker, RunHistoryFactory clock)
{
    private const int LabelCountMax = 20;
    private const int LabelLengthMax = 100;
    private const int ValueBytesMax = 1024 * 1024;

    /// <summary>Builds the rows of a batch; all specifications are checked before anything is stored.</summary>
    public Task<IReadOnlyList<NewRun>> BuildAsync(string projectId, string actor, IReadOnlyList<RunSpec> specs, CancellationToken cancellationToken) =>
        BuildAsync(projectId, actor, specs, null, cancellationToken);

    /// <summary>Builds the rows of a batch with one target for all instead of the placement of each; null for their own.</summary>
    public async Task<IReadOnlyList<NewRun>> BuildAsync(
        string projectId, string actor, IReadOnlyList<RunSpec> specs, RunTarget? target, CancellationToken cancellationToken)
    {
        HashSet<(string Name, int Version)> wanted = [.. specs.Select(spec => (spec.WorkflowName, spec.WorkflowVersion))];
        Dictionary<(string Name, int Version), StoredDefinition> found = await workflows.FindAsync(projectId, wanted, cancellationToken);
        var callees = new Dictionary<VersionKey, string>();
        var runs = new List<NewRun>(specs.Count);
        DateTimeOffset now = clock.Now();
        for (int i = 0; i < specs.Count; i++)
        {
            RunSpec spec = specs[i];
            if (!found.TryGetValue((spec.WorkflowName, spec.WorkflowVersion), out StoredDefinition? workflow))
            {
                throw RpcError.NotFound(
                    "WORKFLOW_NOT_FOUND",
                    spec.WorkflowVersion == 0
                        ? $"There is no workflow '{Requests.Cut(spec.WorkflowName)}'."
                        : $"There is no workflow '{Requests.Cut(spec.WorkflowName)}' version {spec.WorkflowVersion}.");
            }

            if (!callees.TryGetValue(workflow.Key, out string? subWorkflows))
            {
                subWorkflows = VersionText.Write(await checker.FindSubWorkflowsAsync(workflow, cancellationToken));
                callees.Add(workflow.Key, subWorkflows);
            }

            runs.Add(Build(projectId, actor, spec, target, workflow, subWorkflows, now, string.Create(CultureInfo.InvariantCulture, $"/runs/{i}")));
        }

        return runs;
    }

    /// <summary>Builds the row of one run of a known version; <paramref name="field"/> is where errors point to.</summary>
    public NewRun Build(
        string projectId, string actor, RunSpec spec, StoredDefinition workflow, string subWorkflows, DateTimeOffset now, string field) =>
        Build(projectId, actor, spec, null, workflow, subWorkflows, now, field);

    private static NewRun Build(
        string projectId, string actor, RunSpec spec, RunTarget? given, StoredDefinition workflow, string subWorkflows, DateTimeOffset now, string field)
    {
        CheckLabels(spec, field);
        Requests.Priority(spec.Priority, $"{field}/priority");
        if (spec.OnlyNodeId.Length > 0 && workflow.Core.Nodes.All(node => node.Id != spec.OnlyNodeId))
        {
            throw RpcError.NotFound("STEP_NOT_FOUND", $"Workflow '{workflow.Core.Name}' has no node '{Requests.Cut(spec.OnlyNodeId)}'.");
        }

        RunTarget target = given ?? RunPlacements.Read(spec.Placement, $"{field}/placement");
        Activity? activity = Activity.Current;
        return new NewRun
        {
            RequestId = Requests.RequestId(spec.RequestId, $"{field}/request_id"),
            RequestHash = RunRequestHash.Of(spec),
            Target = target,
            PinnedInputs = spec.OnlyNodeId.Length > 0 ? Bytes(spec.PinnedInputs ?? new Struct(), $"{field}/pinned_inputs") : null,
            Row = new RunRow
            {
                RunId = Guid.CreateVersion7(now),
                ProjectId = projectId,
                WorkflowId = workflow.Key.WorkflowId,
                WorkflowName = workflow.Core.Name,
                WorkflowVersion = workflow.Key.Version,
                SubWorkflows = subWorkflows,
                CreateTime = now,
                Seed = spec.Seed,
                Priority = spec.Priority,
                Timeout = RunPlacements.Timeout(spec.Timeout, $"{field}/timeout"),
                Target = target.First,
                StepCount = spec.OnlyNodeId.Length > 0 ? 1 : workflow.Core.Nodes.Count,
                JobName = spec.JobName,
                Actor = actor,
                OnlyNodeId = spec.OnlyNodeId,
                TraceId = activity?.TraceId.ToHexString() ?? "",
                TraceParent = activity?.Id ?? "",
                Labels = LabelText.Write(spec.Labels),
                Inputs = Bytes(WithDefaults(spec.Inputs ?? new Struct(), workflow, field), $"{field}/inputs"),
            },
        };
    }

    private static Struct WithDefaults(Struct inputs, StoredDefinition workflow, string field)
    {
        Dictionary<string, JsonNode?> values = ValueCodec.ToJson(inputs);
        IReadOnlyList<FlowError> errors = InputChecks.Check(workflow.Core, values);
        if (errors.Count > 0)
        {
            throw Requests.Invalid(errors, $"{field}/inputs");
        }

        Struct filled = inputs;
        foreach (Wire.WorkflowInput input in workflow.Wire.Inputs)
        {
            if (input.Default is not null && !inputs.Fields.ContainsKey(input.Name))
            {
                filled = ReferenceEquals(filled, inputs) ? inputs.Clone() : filled;
                filled.Fields.Add(input.Name, input.Default);
            }
        }

        return filled;
    }

    private static byte[] Bytes(Struct values, string field)
    {
        byte[] bytes = values.ToByteArray();
        return bytes.Length <= ValueBytesMax
            ? bytes
            : throw RpcError.Invalid("LIMIT_EXCEEDED", field, $"`{field}` may have {ValueBytesMax} bytes, had {bytes.Length}.");
    }

    private static void CheckLabels(RunSpec spec, string field)
    {
        if (spec.Labels.Count > LabelCountMax)
        {
            throw RpcError.Invalid("LIMIT_EXCEEDED", $"{field}/labels", $"A run may have {LabelCountMax} labels, this one has {spec.Labels.Count}.");
        }

        foreach ((string key, string value) in spec.Labels)
        {
            if (key.Length is 0 or > LabelLengthMax || value.Length > LabelLengthMax || key.Any(char.IsControl) || value.Any(char.IsControl))
            {
                throw RpcError.Invalid(
                    "LABEL_INVALID", $"{field}/labels", $"Keys and values of labels have at most {LabelLengthMax} characters and no control characters: '{Requests.Cut(key)}'.");
            }
        }
    }
}

using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Flow;
using EasyQuant.Persistence;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.WorkflowService.Definitions;
using EasyQuant.WorkflowService.Grpc;
using EasyQuant.WorkflowService.Storage.Runs;
using EasyQuant.WorkflowService.Storage.Workflows;
using Google.Protobuf.WellKnownTypes;
using Npgsql;

namespace EasyQuant.WorkflowService.Storage.Groups;

/// <summary>Makes the runs of starts: replicas, and the runs that clean up and replay. Keyed by their request ids, so making one twice is harmless. Thread-safe.</summary>
internal sealed class ReplicaRuns(NpgsqlDataSource dataSource, GroupsStore groups, RunFactory factory, RunWriter runs, RunHistoryFactory clock)
{
    /// <summary>What the node takes for the run that gives up the streams of a start and tells its last sums.</summary>
    public const string AllGroups = "*";

    /// <summary>What the node takes for the run that deletes the queues of a start.</summary>
    public const string Queues = "*queues";

    /// <summary>What stands before the group for a run that consumes its parked chunks.</summary>
    public const string ReplayPrefix = "replay:";

    /// <summary>Node type that executes the chain of a group.</summary>
    private const string NodeType = "ProcessGroup";

    /// <summary>Makes a run for each group and number.</summary>
    /// <param name="row">The start.</param>
    /// <param name="wanted">Groups with numbers.</param>
    /// <param name="requestId">Request id of a single run; null for one made of start, group and number.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<IReadOnlyList<RunRow>> CreateAsync(
        StartRow row, IReadOnlyList<(string GroupId, int Replica)> wanted, Guid? requestId, CancellationToken cancellationToken)
    {
        StoredDefinition workflow = await EnsureWorkflowAsync(row, cancellationToken);
        DateTimeOffset now = clock.Now();
        NewRun[] rows = [.. wanted.Select(one => factory.Build(row.ProjectId, row.Actor, SpecOf(row, one.GroupId, one.Replica, requestId), workflow, "", now, "/runs"))];
        return await runs.CreateAsync(rows, cancellationToken);
    }

    /// <summary>Whether the definition of a start has queues.</summary>
    public async Task<bool> HasQueuesAsync(StartRow row, CancellationToken cancellationToken) =>
        GroupsCodec.ToCore((await groups.GetAsync(row.SchedulerId, row.Version, cancellationToken)).Json).Groups.Any(group => group.OutputQueue.Length > 0);

    /// <summary>Groups of the definition of a start whose replicas belong on one Runner.</summary>
    public async Task<IReadOnlySet<string>> GroupsOfOneRunnerAsync(StartRow row, CancellationToken cancellationToken) =>
        GroupsCodec.ToCore((await groups.GetAsync(row.SchedulerId, row.Version, cancellationToken)).Json).Groups
            .Where(group => group.Placement == GroupPlacement.OneRunner).Select(group => group.Id).ToHashSet(StringComparer.Ordinal);

    /// <summary>A group of the definition of a start.</summary>
    /// <exception cref="RpcError">NotFound GROUP_NOT_FOUND.</exception>
    public async Task<ProcessGroup> GroupAsync(StartRow row, string group, CancellationToken cancellationToken) =>
        GroupsCodec.ToCore((await groups.GetAsync(row.SchedulerId, row.Version, cancellationToken)).Json).Groups.FirstOrDefault(one => one.Id == group)
        ?? throw RpcError.NotFound("GROUP_NOT_FOUND", $"Start {row.StartId} has no group '{Grpc.Requests.Cut(group)}'.");

    private static RunSpec SpecOf(StartRow row, string groupId, int replica, Guid? requestId)
    {
        var spec = new RunSpec
        {
            RequestId = (requestId ?? DeterministicId.Create(row.StartId, string.Create(CultureInfo.InvariantCulture, $"{groupId}/{replica}"))).ToString(),
            Priority = row.Priority,
            Placement = row.Placement,
            Inputs = new Struct { Fields = { ["start"] = Value.ForString(row.StartId.ToString()), ["group"] = Value.ForString(groupId), ["replica"] = Value.ForNumber(replica) } },
        };
        spec.Labels.Add("start", row.StartId.ToString());
        spec.Labels.Add("group", groupId);
        return spec;
    }

    // Runs belong to a workflow: each version of process groups has one with a single node, archived, so that nobody sees it in lists.
    private async Task<StoredDefinition> EnsureWorkflowAsync(StartRow row, CancellationToken cancellationToken)
    {
        StoredGroups stored = await groups.GetAsync(row.SchedulerId, row.Version, cancellationToken);
        var parameters = new JsonObject { ["definition"] = JsonNode.Parse(stored.Json), ["group"] = "${inputs.group}", ["start"] = "${inputs.start}", ["replica"] = "${inputs.replica}" };
        var definition = new WorkflowDefinition
        {
            Name = GroupsCodec.ToCore(stored.Json).Name,
            Inputs =
            [
                new WorkflowInput { Name = "start", Type = "string", Required = true },
                new WorkflowInput { Name = "group", Type = "string", Required = true },
                new WorkflowInput { Name = "replica", Type = "integer", Required = true },
            ],
            Nodes = [new WorkflowNode { Id = "group", Type = NodeType, Params = parameters }],
        };
        string json = Encoding.UTF8.GetString(WorkflowJson.Write(definition));
        var key = new VersionKey(DeterministicId.Create(row.SchedulerId, "workflow"), row.Version);
        await Transactions.RunAsync(
            dataSource,
            "groups.workflow",
            async (connection, token) =>
            {
                await using NpgsqlCommand insert = Pg.Command(
                    connection,
                    """
                    with w as (
                        insert into workflow.workflows(workflow_id, project_id, name, latest_version, create_time, archive_time) values ($1, $2, $3, $4, $5, $5)
                        on conflict (workflow_id) do update set latest_version = greatest(workflows.latest_version, excluded.latest_version) returning workflow_id
                    )
                    insert into workflow.workflow_versions(workflow_id, version, project_id, definition, definition_hash, create_time, actor)
                    select workflow_id, $4, $2, $6, $7, $5, $8 from w on conflict do nothing
                    """,
                    Pg.P(key.WorkflowId), Pg.P(row.ProjectId), Pg.P(definition.Name), Pg.P(key.Version), Pg.P(stored.CreateTime), Pg.P(json),
                    Pg.P(DefinitionCodec.Hash(json)), Pg.P(stored.Actor));
                return await insert.ExecuteNonQueryAsync(token);
            },
            cancellationToken);
        return new StoredDefinition
        {
            Key = key,
            ProjectId = row.ProjectId,
            Json = json,
            Hash = DefinitionCodec.Hash(json),
            CreateTime = stored.CreateTime,
            Actor = stored.Actor,
            Wire = DefinitionCodec.ToWire(json),
            Core = definition,
        };
    }
}

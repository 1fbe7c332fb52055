using EasyQuant.Contracts.Group.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Flow;
using EasyQuant.Persistence;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.WorkflowService.Storage.Runs;
using Google.Protobuf;
using Grpc.Core;
using Npgsql;
using NpgsqlTypes;

namespace EasyQuant.WorkflowService.Storage.Groups;

/// <summary>What is wanted of starts, and what they did: create, scale, stop, report, read. Thread-safe.</summary>
internal sealed class StartStore(NpgsqlDataSource dataSource, StartReader reader, RunHistoryFactory clock)
{
    /// <summary>Stores a start with its groups; the same request again returns the first one.</summary>
    public Task<Guid> CreateAsync(
        StoredGroups groups, Flow.GroupsDefinition definition, Guid? requestId, int priority, RunPlacement? placement, string actor, CancellationToken cancellationToken)
    {
        Guid startId = Guid.CreateVersion7(clock.Now());
        return Transactions.RunAsync(
            dataSource,
            "group-starts.create",
            async (connection, token) =>
            {
                await using NpgsqlCommand insert = Pg.Command(
                    connection,
                    """
                    insert into workflow.group_starts(start_id, project_id, scheduler_id, name, version, priority, create_time, actor, request_id, placement)
                    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing
                    """,
                    Pg.P(startId), Pg.P(groups.ProjectId), Pg.P(groups.SchedulerId), Pg.P(definition.Name), Pg.P(groups.Version), Pg.P(priority),
                    Pg.P(clock.Now()), Pg.P(actor), Pg.OrNull(requestId), Pg.OrNull(placement?.ToByteArray()));
                if (await insert.ExecuteNonQueryAsync(token) == 0)
                {
                    return await FindExistingAsync(connection, groups, startId, requestId, token);
                }

                GroupsPlan plan = GroupsPlan.Create(definition);
                Flow.ProcessGroup[] all = [.. definition.Groups];
                await using NpgsqlCommand add = Pg.Command(
                    connection,
                    """
                    insert into workflow.group_start_groups(start_id, group_id, position, replicas, shard_count)
                    select $1, * from unnest($2::text[], $3::int[], $4::int[], $5::int[])
                    """,
                    Pg.P(startId),
                    Pg.Many(NpgsqlDbType.Text, all, group => group.Id),
                    Pg.Many(NpgsqlDbType.Integer, all, group => Array.IndexOf(all, group)),
                    Pg.Many(NpgsqlDbType.Integer, all, group => group.Replicas),
                    Pg.Many(NpgsqlDbType.Integer, all, group => plan.ShardCount(group.Id)));
                await add.ExecuteNonQueryAsync(token);
                return startId;
            },
            cancellationToken);
    }

    /// <summary>Reads a start with its groups and runs.</summary>
    /// <exception cref="RpcError">NotFound GROUP_START_NOT_FOUND.</exception>
    public Task<GroupStart> GetAsync(string projectId, Guid startId, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(
            dataSource,
            async (connection, token) => await reader.ReadAsync(connection, projectId, startId, token) ?? throw NotFound(startId),
            cancellationToken);

    /// <summary>Reads a page of starts, newest first, without runs.</summary>
    public Task<List<GroupStart>> ListAsync(
        string projectId, string name, StartState state, DateTimeOffset before, Guid beforeId, int countMax, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(
            dataSource, (connection, token) => reader.ListAsync(connection, projectId, name, state, before, beforeId, countMax, token), cancellationToken);

    /// <summary>Sets how many replicas are wanted.</summary>
    public Task<int> ScaleAsync(string projectId, Guid startId, string groupId, int replicas, CancellationToken cancellationToken) =>
        Transactions.RunAsync(
            dataSource,
            "group-starts.scale",
            async (connection, token) =>
            {
                StartState state = await LockAsync(connection, projectId, startId, token);
                if (state != StartState.Running)
                {
                    throw new RpcError(StatusCode.FailedPrecondition, "GROUP_START_ENDED", $"A start can be scaled while it runs, start {startId} is {state.ToString().ToLowerInvariant()}.");
                }

                await using NpgsqlCommand update = Pg.Command(
                    connection, "update workflow.group_start_groups set replicas = $3 where start_id = $1 and group_id = $2",
                    Pg.P(startId), Pg.P(groupId), Pg.P(replicas));
                return await update.ExecuteNonQueryAsync(token) == 1
                    ? replicas
                    : throw RpcError.NotFound("GROUP_NOT_FOUND", $"Start {startId} has no group '{Grpc.Requests.Cut(groupId)}'.");
            },
            cancellationToken);

    /// <summary>Asks a start to stop; nothing happens when it has ended.</summary>
    public Task<int> StopAsync(string projectId, Guid startId, CancellationToken cancellationToken) =>
        Transactions.RunAsync(
            dataSource,
            "group-starts.stop",
            async (connection, token) =>
            {
                await LockAsync(connection, projectId, startId, token);
                await using NpgsqlCommand update = Pg.Command(
                    connection, "update workflow.group_starts set state = 2 where start_id = $1 and state = 1", Pg.P(startId));
                return await update.ExecuteNonQueryAsync(token);
            },
            cancellationToken);

    /// <summary>Notes what a group has done; numbers only grow, and a run that lost its lease changes nothing.</summary>
    public Task<int> ReportAsync(Guid startId, Guid runId, ReportGroupSumsRequest request, CancellationToken cancellationToken) =>
        Transactions.RunAsync(
            dataSource,
            "group-starts.report",
            async (connection, token) =>
            {
                GroupSums sums = request.Sums ?? new GroupSums();
                await using NpgsqlCommand own = Pg.Command(
                    connection,
                    """
                    update workflow.group_runs g set error_count = greatest(g.error_count, $4) from workflow.runs r
                    where g.run_id = $1 and r.run_id = g.run_id and r.epoch = $2 and g.start_id = $3
                    """,
                    Pg.P(runId), Pg.P(request.Epoch), Pg.P(startId), Pg.P(request.RunErrorCount));
                // A run that replays is no replica, and has an epoch all the same; it belongs to the project of the start.
                if (await own.ExecuteNonQueryAsync(token) > 0)
                {
                    await StageStore.WriteAsync(connection, startId, runId, request, token);
                }
                else if (!await IsCurrentAsync(connection, startId, runId, request.Epoch, token))
                {
                    return 0;
                }

                await using NpgsqlCommand update = Pg.Command(
                    connection,
                    """
                    update workflow.group_start_groups set chunk_count = greatest(chunk_count, $3), row_count = greatest(row_count, $4),
                        byte_count = greatest(byte_count, $5), dead_letter_count = $6, shards_done = greatest(shards_done, $7)
                    where start_id = $1 and group_id = $2
                    """,
                    Pg.P(startId), Pg.P(request.GroupId), Pg.P(sums.ChunkCount), Pg.P(sums.RowCount), Pg.P(sums.ByteCount),
                    Pg.P(sums.DeadLetterCount), Pg.P(sums.ShardsDone));
                int count = await update.ExecuteNonQueryAsync(token);
                if (count > 0)
                {
                    await DeadLetterStore.WriteAsync(connection, startId, request.GroupId, request.DeadLetters, token);
                }

                return count;
            },
            cancellationToken);

    private static async Task<bool> IsCurrentAsync(NpgsqlConnection connection, Guid startId, Guid runId, long epoch, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Pg.Command(
            connection,
            """
            select 1 from workflow.runs r join workflow.group_starts s on s.project_id = r.project_id
            where r.run_id = $1 and r.epoch = $2 and s.start_id = $3
            """,
            Pg.P(runId), Pg.P(epoch), Pg.P(startId));
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    private static async Task<StartState> LockAsync(NpgsqlConnection connection, string projectId, Guid startId, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Pg.Command(
            connection, "select state from workflow.group_starts where project_id = $1 and start_id = $2 for update", Pg.P(projectId), Pg.P(startId));
        return await command.ExecuteScalarAsync(cancellationToken) is short state ? (StartState)state : throw NotFound(startId);
    }

    private static RpcError NotFound(Guid startId) => RpcError.NotFound("GROUP_START_NOT_FOUND", $"There is no start '{startId}'.");

    private static async Task<Guid> FindExistingAsync(
        NpgsqlConnection connection, StoredGroups groups, Guid startId, Guid? requestId, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand select = Pg.Command(
            connection,
            "select start_id, scheduler_id from workflow.group_starts where project_id = $1 and (request_id = $2 or start_id = $3)",
            Pg.P(groups.ProjectId), Pg.OrNull(requestId), Pg.P(startId));
        await using NpgsqlDataReader found = await select.ExecuteReaderAsync(cancellationToken);
        await found.ReadAsync(cancellationToken);
        return found.GetGuid(1) == groups.SchedulerId
            ? found.GetGuid(0)
            : throw new RpcError(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", $"The request id {requestId} started other process groups; choose a new one.");
    }
}

using EasyQuant.Contracts.Group.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.WorkflowService.Storage.Runs;
using Google.Protobuf.WellKnownTypes;
using Npgsql;
using NpgsqlTypes;

namespace EasyQuant.WorkflowService.Storage.Groups;

/// <summary>Reads starts with groups and replicas on a connection of the caller. Thread-safe.</summary>
internal sealed class StartReader(RunHistoryFactory clock)
{
    private const int RunCountMax = 1_000;
    private const string Columns = "start_id, project_id, name, version, state, create_time, end_time, actor, error, placement";

    private const string ReplicasSql =
        """
        select g.group_id, g.replica, g.run_id, r.state, r.cancel_requested, r.crash_count, r.worker_id, g.error_count, r.error
        from workflow.group_runs g join workflow.runs r on r.run_id = g.run_id where g.start_id = $1 order by g.group_id, g.replica
        """;

    /// <summary>Reads one start with its runs; null when there is none.</summary>
    public async Task<GroupStart?> ReadAsync(NpgsqlConnection connection, string projectId, Guid startId, CancellationToken cancellationToken)
    {
        List<GroupStart> found = await ReadStartsAsync(
            connection, $"select {Columns} from workflow.group_starts where project_id = $1 and start_id = $2", [Pg.P(projectId), Pg.P(startId)], cancellationToken);
        if (found is not [var start])
        {
            return null;
        }

        await ReadGroupsAsync(connection, found, cancellationToken);
        AddReplicas(start, await ReadReplicasAsync(connection, startId, cancellationToken));
        await StageStore.AddAsync(connection, start, cancellationToken);
        return start;
    }

    /// <summary>Reads a page of starts, newest first, without runs.</summary>
    public async Task<List<GroupStart>> ListAsync(
        NpgsqlConnection connection, string projectId, string name, StartState state, DateTimeOffset before, Guid beforeId, int countMax,
        CancellationToken cancellationToken)
    {
        string filter = name.Length > 0 ? "and name = $6" : "and $6 = ''";
        List<GroupStart> page = await ReadStartsAsync(
            connection,
            $"""
            select {Columns} from workflow.group_starts
            where project_id = $1 and (create_time, start_id) < ($2, $3) and ($4 = 0 or state = $4) {filter}
            order by create_time desc, start_id desc limit $5
            """,
            [
                Pg.P(projectId), Pg.P(before == DateTimeOffset.MaxValue ? new DateTimeOffset(9000, 1, 1, 0, 0, 0, TimeSpan.Zero) : before), Pg.P(beforeId),
                Pg.P((int)state), Pg.P(countMax), Pg.P(name),
            ],
            cancellationToken);
        await ReadGroupsAsync(connection, page, cancellationToken);
        return page;
    }

    /// <summary>Reads the replicas of a start with the states of their runs, by group and number.</summary>
    public static async Task<List<ReplicaRow>> ReadReplicasAsync(NpgsqlConnection connection, Guid startId, CancellationToken cancellationToken)
    {
        var replicas = new List<ReplicaRow>();
        await using NpgsqlCommand command = Pg.Command(connection, ReplicasSql, Pg.P(startId));
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            replicas.Add(new ReplicaRow(
                reader.GetString(0), reader.GetInt32(1), reader.GetGuid(2), (RunState)reader.GetInt16(3), reader.GetBoolean(4), reader.GetInt32(5),
                reader.GetString(6), reader.GetInt64(7), Pg.BytesOrNull(reader, 8)));
        }

        return replicas;
    }

    /// <summary>Adds runs, counts of replicas and errors to the groups of a start.</summary>
    public static void AddReplicas(GroupStart start, IReadOnlyList<ReplicaRow> replicas)
    {
        foreach (GroupState group in start.Groups)
        {
            foreach (ReplicaRow replica in replicas.Where(one => one.GroupId == group.GroupId))
            {
                group.RunningCount += replica.State == RunState.Running ? 1 : 0;
                group.QueuedCount += replica.State is RunState.Queued or RunState.Paused ? 1 : 0;
                group.EndedCount += replica.HasEnded ? 1 : 0;
                group.Sums.ErrorCount += replica.ErrorCount;
                group.Runs.Add(new ReplicaRun
                {
                    Replica = replica.Replica,
                    RunId = replica.RunId.ToString(),
                    State = replica.State,
                    CrashCount = replica.CrashCount,
                    WorkerId = replica.WorkerId,
                });
            }

            while (group.Runs.Count > RunCountMax)
            {
                group.Runs.RemoveAt(0);
            }
        }
    }

    private static async Task<List<GroupStart>> ReadStartsAsync(
        NpgsqlConnection connection, string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        var starts = new List<GroupStart>();
        await using NpgsqlCommand command = Pg.Command(connection, sql, parameters);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            byte[]? error = Pg.BytesOrNull(reader, 8);
            starts.Add(new GroupStart
            {
                StartId = reader.GetGuid(0).ToString(),
                ProjectId = reader.GetString(1),
                Name = reader.GetString(2),
                Version = reader.GetInt32(3),
                State = (StartState)reader.GetInt16(4),
                CreateTime = new DateTimeOffset(reader.GetDateTime(5), TimeSpan.Zero).ToTimestamp(),
                EndTime = Pg.TimeOrNull(reader, 6)?.ToTimestamp(),
                Actor = reader.GetString(7),
                Error = error is null ? null : RunError.Parser.ParseFrom(error),
                Placement = Pg.BytesOrNull(reader, 9) is { } placement ? RunPlacement.Parser.ParseFrom(placement) : null,
            });
        }

        return starts;
    }

    private async Task ReadGroupsAsync(NpgsqlConnection connection, List<GroupStart> starts, CancellationToken cancellationToken)
    {
        Dictionary<Guid, GroupStart> byId = starts.ToDictionary(start => Guid.Parse(start.StartId));
        await using NpgsqlCommand command = Pg.Command(
            connection,
            """
            select start_id, group_id, replicas, end_time, chunk_count, row_count, byte_count, dead_letter_count, shards_done, shard_count
            from workflow.group_start_groups where start_id = any($1) order by start_id, position
            """,
            Pg.Many(NpgsqlDbType.Uuid, [.. byId.Keys], id => id));
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            GroupStart start = byId[reader.GetGuid(0)];
            DateTimeOffset end = Pg.TimeOrNull(reader, 3) ?? start.EndTime?.ToDateTimeOffset() ?? clock.Now();
            start.Groups.Add(new GroupState
            {
                GroupId = reader.GetString(1),
                Replicas = reader.GetInt32(2),
                Sums = new GroupSums
                {
                    ChunkCount = reader.GetInt64(4),
                    RowCount = reader.GetInt64(5),
                    ByteCount = reader.GetInt64(6),
                    DeadLetterCount = reader.GetInt64(7),
                    ShardsDone = reader.GetInt32(8),
                    ShardCount = reader.GetInt32(9),
                    Elapsed = Duration.FromTimeSpan(end - start.CreateTime.ToDateTimeOffset()),
                },
            });
        }
    }
}

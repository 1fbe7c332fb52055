using EasyQuant.Contracts.Group.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Flow;
using EasyQuant.Messaging;
using EasyQuant.Persistence;
using EasyQuant.Persistence.Messages;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.WorkflowService.Definitions;
using EasyQuant.WorkflowService.Grpc;
using EasyQuant.WorkflowService.Storage.Runs;
using EasyQuant.WorkflowService.Storage.Workflows;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Npgsql;
using RunState = EasyQuant.Contracts.Run.V1.RunState;

namespace EasyQuant.WorkflowService.Storage.Groups;

/// <summary>
/// Brings starts from what is to what is wanted: missing replicas get runs, surplus ones are cancelled, an ended start is closed. Each call looks at
/// everything again, so it does not matter who calls, how often, or where an earlier call died: runs are keyed by start, group and number. Thread-safe.
/// </summary>
internal sealed class StartController(
    NpgsqlDataSource dataSource, StartReader reader, ReplicaRuns runs, RunControl control, Outbox outbox, RunHistoryFactory clock, IOptions<WorkflowServiceOptions> options)
{
    private const int StartCountMax = 100;

    /// <summary>How long a replica that belongs on one Runner waits for room there.</summary>
    private static readonly TimeSpan s_togetherMax = TimeSpan.FromMinutes(2);

    /// <summary>Looks after all starts that have not ended, and has the queues of those deleted that ended some time ago.</summary>
    public async Task ReconcileAllAsync(CancellationToken cancellationToken)
    {
        foreach (Guid startId in await ListAsync("state in (1, 2) order by create_time", [], cancellationToken))
        {
            await ReconcileAsync(startId, cancellationToken);
        }

        DateTimeOffset before = clock.Now() - options.Value.QueueGrace;
        foreach (Guid startId in await ListAsync("has_queues and state not in (1, 2) and end_time <= $2 order by end_time", [Pg.P(before)], cancellationToken))
        {
            await DeleteQueuesAsync(startId, cancellationToken);
        }
    }

    private Task<List<Guid>> ListAsync(string condition, NpgsqlParameter[] parameters, CancellationToken cancellationToken) => Transactions.ReadAsync(
        dataSource,
        async (connection, token) =>
        {
            var found = new List<Guid>();
            await using NpgsqlCommand command = Pg.Command(
                connection, $"select start_id from workflow.group_starts where {condition} limit $1", [Pg.P(StartCountMax), .. parameters]);
            await using NpgsqlDataReader rows = await command.ExecuteReaderAsync(token);
            while (await rows.ReadAsync(token))
            {
                found.Add(rows.GetGuid(0));
            }

            return found;
        },
        cancellationToken);

    // Only Runners know the brokers: one more run, which nobody waits for. Made before that is noted, and under a fixed request id, so that there is one.
    private async Task DeleteQueuesAsync(Guid startId, CancellationToken cancellationToken)
    {
        StartRow row = await Transactions.ReadAsync(dataSource, (connection, token) => ReadAsync(connection, startId, "", token), cancellationToken)
            ?? throw new InvalidOperationException($"Start {startId} was listed and is gone.");
        if (await runs.HasQueuesAsync(row, cancellationToken))
        {
            await runs.CreateAsync(row, [(ReplicaRuns.Queues, 0)], null, cancellationToken);
        }

        await Transactions.RunAsync(
            dataSource,
            "group-starts.queues",
            async (connection, token) =>
            {
                await using NpgsqlCommand command = Pg.Command(connection, "update workflow.group_starts set has_queues = false where start_id = $1", Pg.P(startId));
                return await command.ExecuteNonQueryAsync(token);
            },
            cancellationToken);
        outbox.Wake();
    }

    /// <summary>Looks after one start.</summary>
    public async Task ReconcileAsync(Guid startId, CancellationToken cancellationToken)
    {
        bool hasChanged = await Transactions.RunAsync(
            dataSource,
            "group-starts.reconcile",
            async (connection, token) =>
            {
                // The row lock keeps two replicas of this service, and a scaling, apart.
                if (await LockAsync(connection, startId, token) is not { State: StartState.Running or StartState.Stopping } row)
                {
                    return false;
                }

                GroupStart start = (await reader.ReadAsync(connection, row.ProjectId, startId, token))!;
                List<ReplicaRow> replicas = await StartReader.ReadReplicasAsync(connection, startId, token);
                return await DecideAsync(connection, row, start, replicas, token);
            },
            cancellationToken);
        if (hasChanged)
        {
            outbox.Wake();
        }
    }

    /// <summary>Makes a run that consumes the parked chunks of a group once more.</summary>
    /// <param name="projectId">The project.</param>
    /// <param name="startId">A start that runs or has succeeded.</param>
    /// <param name="group">A group that reads a queue and ends with a sink of its own.</param>
    /// <param name="requestId">Names the call: the same id gives the same run.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Id of the run.</returns>
    public async Task<Guid> ReplayAsync(string projectId, Guid startId, string group, Guid requestId, CancellationToken cancellationToken)
    {
        StartRow row = await Transactions.ReadAsync(dataSource, (connection, token) => ReadAsync(connection, startId, "", token), cancellationToken) is { } found && found.ProjectId == projectId
            ? found
            : throw RpcError.NotFound("GROUP_START_NOT_FOUND", $"There is no start '{startId}'.");
        if (row.State is not (StartState.Running or StartState.Succeeded))
        {
            throw new RpcError(
                StatusCode.FailedPrecondition, "REPLAY_NOT_POSSIBLE", $"Parked chunks are consumed again while a start runs or after it has succeeded; start {startId} is {row.State.ToString().ToLowerInvariant()}.");
        }

        if (await runs.GroupAsync(row, group, cancellationToken) is not { InputQueue.Length: > 0 })
        {
            throw new RpcError(
                StatusCode.FailedPrecondition, "REPLAY_NOT_POSSIBLE", $"Group '{group}' reads no queue, so that it has no parked chunks.");
        }

        IReadOnlyList<RunRow> created = await runs.CreateAsync(row, [(ReplicaRuns.ReplayPrefix + group, 0)], requestId, cancellationToken);
        outbox.Wake();
        return created[0].RunId;
    }

    private async Task<bool> DecideAsync(
        NpgsqlConnection connection, StartRow row, GroupStart start, List<ReplicaRow> replicas, CancellationToken cancellationToken)
    {
        if (row.State == StartState.Running && replicas.Find(replica => replica.State == RunState.Failed) is { } failed)
        {
            await SetStateAsync(connection, start, StartState.Stopping, "stopping", failed.Error, cancellationToken);
            row = row with { State = StartState.Stopping };
        }

        if (row.State == StartState.Stopping)
        {
            await CancelAsync(row, replicas.Where(replica => replica.IsAlive), cancellationToken);
            if (replicas.TrueForAll(replica => replica.HasEnded))
            {
                bool hasFailed = start.Error is not null;
                await CleanUpAsync(row, cancellationToken);
                await SetStateAsync(connection, start, hasFailed ? StartState.Failed : StartState.Stopped, hasFailed ? "failed" : "stopped", null, cancellationToken);
            }

            return true;
        }

        if (replicas.Count == 0)
        {
            await TellAsync(connection, start, "started", "", cancellationToken);
        }

        bool isDone = true;
        bool hasChanged = replicas.Count == 0;
        var wanted = new List<(string GroupId, int Replica)>();
        // Readers of a queue come first: a Runner without room for all must not fill itself with writers that wait for them.
        foreach (GroupState group in start.Groups.Reverse())
        {
            ReplicaRow[] own = [.. replicas.Where(replica => replica.GroupId == group.GroupId)];
            ReplicaRow[] alive = [.. own.Where(replica => replica.IsAlive)];
            if (own.Any(replica => replica.State == RunState.Succeeded))
            {
                // A run succeeds only when the work of its whole group is done; the others find that out by themselves.
                hasChanged |= await EndGroupAsync(connection, row.StartId, group.GroupId, cancellationToken);
                isDone &= own.All(replica => replica.HasEnded);
                continue;
            }

            isDone = false;
            if (alive.Length > group.Replicas)
            {
                await CancelAsync(row, alive[group.Replicas..], cancellationToken);
                hasChanged = true;
            }

            int next = own.Length == 0 ? 0 : own[^1].Replica + 1;
            wanted.AddRange(Enumerable.Range(next, Math.Max(0, group.Replicas - alive.Length)).Select(number => (group.GroupId, number)));
        }

        if (isDone)
        {
            await SetStateAsync(connection, start, StartState.Succeeded, "succeeded", null, cancellationToken);
            return true;
        }

        return await AddAllAsync(connection, row, wanted, replicas, cancellationToken) || hasChanged;
    }

    private async Task CancelAsync(StartRow row, IEnumerable<ReplicaRow> replicas, CancellationToken cancellationToken)
    {
        foreach (ReplicaRow replica in replicas)
        {
            await control.CancelAsync(row.ProjectId, replica.RunId, row.State == StartState.Stopping ? "The start is stopping." : "The group was scaled down.", cancellationToken);
        }
    }

    // Replicas that belong on one Runner follow the first of them: until that one is taken they are not made, then they wait for its worker.
    private async Task<bool> AddAllAsync(
        NpgsqlConnection connection, StartRow row, List<(string GroupId, int Replica)> wanted, List<ReplicaRow> replicas, CancellationToken cancellationToken)
    {
        if (wanted.Count == 0)
        {
            return false;
        }

        IReadOnlySet<string> together = await runs.GroupsOfOneRunnerAsync(row, cancellationToken);
        await AddAsync(connection, row, wanted.FindAll(one => !together.Contains(one.GroupId)), cancellationToken);
        List<(string GroupId, int Replica)> bound = wanted.FindAll(one => together.Contains(one.GroupId));
        ReplicaRow[] alive = [.. replicas.Where(one => one.IsAlive && together.Contains(one.GroupId))];
        if (Array.Find(alive, one => one.State == RunState.Running) is { } first)
        {
            RunPlacement placement = row.Placement?.Clone() ?? new RunPlacement();
            (placement.Worker, placement.FallbackAfter) = (first.WorkerId, Duration.FromTimeSpan(s_togetherMax));
            await AddAsync(connection, row with { Placement = placement }, bound, cancellationToken);
        }
        else if (alive.Length == 0)
        {
            bound = bound[..Math.Min(1, bound.Count)];
            await AddAsync(connection, row, bound, cancellationToken);
        }
        else
        {
            bound.Clear();
        }

        return bound.Count > 0 || wanted.Exists(one => !together.Contains(one.GroupId));
    }

    // The runs are committed on their own; when this transaction then fails, the next look makes the same runs by their request ids.
    private async Task AddAsync(
        NpgsqlConnection connection, StartRow row, List<(string GroupId, int Replica)> wanted, CancellationToken cancellationToken)
    {
        if (wanted.Count == 0)
        {
            return;
        }

        IReadOnlyList<RunRow> created = await runs.CreateAsync(row, wanted, null, cancellationToken);
        for (int i = 0; i < wanted.Count; i++)
        {
            await using NpgsqlCommand insert = Pg.Command(
                connection, "insert into workflow.group_runs(start_id, group_id, replica, run_id) values ($1, $2, $3, $4) on conflict do nothing",
                Pg.P(row.StartId), Pg.P(wanted[i].GroupId), Pg.P(wanted[i].Replica), Pg.P(created[i].RunId));
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    // One more run, which nobody waits for, tells what the replicas cannot tell any more. Made before the end is noted, and under a fixed request id, so that there is one.
    private async Task CleanUpAsync(StartRow row, CancellationToken cancellationToken)
    {
        if (await runs.HasQueuesAsync(row, cancellationToken))
        {
            await runs.CreateAsync(row, [(ReplicaRuns.AllGroups, 0)], null, cancellationToken);
        }
    }

    private static Task<StartRow?> LockAsync(NpgsqlConnection connection, Guid startId, CancellationToken cancellationToken) =>
        ReadAsync(connection, startId, "for update skip locked", cancellationToken);

    private static async Task<StartRow?> ReadAsync(NpgsqlConnection connection, Guid startId, string locking, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Pg.Command(
            connection,
            $"select project_id, scheduler_id, version, state, priority, actor, placement from workflow.group_starts where start_id = $1 {locking}",
            Pg.P(startId));
        await using NpgsqlDataReader row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new StartRow(startId, row.GetString(0), row.GetGuid(1), row.GetInt32(2), (StartState)row.GetInt16(3), row.GetInt32(4), row.GetString(5),
                Pg.BytesOrNull(row, 6) is { } placement ? RunPlacement.Parser.ParseFrom(placement) : null)
            : null;
    }

    private async Task<bool> EndGroupAsync(NpgsqlConnection connection, Guid startId, string groupId, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Pg.Command(
            connection, "update workflow.group_start_groups set end_time = $3 where start_id = $1 and group_id = $2 and end_time is null",
            Pg.P(startId), Pg.P(groupId), Pg.P(clock.Now()));
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    private async Task SetStateAsync(
        NpgsqlConnection connection, GroupStart start, StartState state, string type, byte[]? error, CancellationToken cancellationToken)
    {
        start.State = state;
        bool hasEnded = state is not (StartState.Running or StartState.Stopping);
        start.EndTime = hasEnded ? clock.Now().ToTimestamp() : null;
        start.Error = error is null ? start.Error : RunError.Parser.ParseFrom(error);
        await using NpgsqlCommand command = Pg.Command(
            connection, "update workflow.group_starts set state = $2, end_time = $3, error = coalesce($4, error) where start_id = $1",
            Pg.P(Guid.Parse(start.StartId)), Pg.P((short)state), Pg.OrNull(start.EndTime?.ToDateTimeOffset()), Pg.OrNull(error));
        await command.ExecuteNonQueryAsync(cancellationToken);
        await TellAsync(connection, start, type, start.Error?.Message ?? "", cancellationToken);
    }

    private Task TellAsync(NpgsqlConnection connection, GroupStart start, string type, string message, CancellationToken cancellationToken)
    {
        GroupStart told = start.Clone();
        foreach (GroupState group in told.Groups)
        {
            group.Runs.Clear();
        }

        var happened = new GroupStartEvent { Type = type, Time = clock.Now().ToTimestamp(), Start = told, Message = message };
        return outbox.WriteAsync(
            connection,
            [
                new OutboxMessage
                {
                    MessageId = DeterministicId.Create(Guid.Parse(start.StartId), $"event/{type}"),
                    Exchange = Topology.EventsExchange,
                    RoutingKey = $"workflow.group.{type}",
                    Type = GroupStartEvent.Descriptor.FullName,
                    ProjectId = start.ProjectId,
                    Body = happened.ToByteArray(),
                },
            ],
            cancellationToken);
    }
}

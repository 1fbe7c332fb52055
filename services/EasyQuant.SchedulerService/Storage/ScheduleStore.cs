using EasyQuant.Persistence;
using EasyQuant.SchedulerService.Schedules;
using Npgsql;

namespace EasyQuant.SchedulerService.Storage;

/// <summary>The schedules in PostgreSQL. Thread-safe.</summary>
internal sealed class ScheduleStore(NpgsqlDataSource dataSource)
{
    internal const string Schema = "scheduler";

    internal const string Columns =
        """
        s.schedule_id, s.project_id, s.name, s.definition, s.is_paused, s.pause_cause, s.pause_until, s.next_nominal, s.last_nominal,
        s.failure_count, s.create_time, clock_timestamp(),
        (select min(f.decide_time) from scheduler.firings f where f.schedule_id = s.schedule_id and f.state = 'pending' and f.attempt_count > 0)
        """;

    /// <summary>Stores a schedule. Returns null when the name is taken; the stored one when the request was seen before.</summary>
    public Task<ScheduleRecord?> CreateAsync(ScheduleRecord schedule, string requestId, CancellationToken cancellationToken) =>
        Transactions.RunAsync(dataSource, "schedules.create", async (connection, token) =>
        {
            if (requestId.Length > 0 && await FindByRequestAsync(connection, schedule.ProjectId, requestId, token) is { } before)
            {
                return before;
            }

            const string Insert =
                """
                insert into scheduler.schedules(schedule_id, project_id, name, request_id, definition, is_paused, next_nominal, create_time)
                values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing
                """;
            await using var command = new NpgsqlCommand(Insert, connection);
            command.Parameters.AddValue(schedule.ScheduleId);
            command.Parameters.AddValue(schedule.ProjectId);
            command.Parameters.AddValue(schedule.Name);
            command.Parameters.AddValue(requestId);
            command.Parameters.AddValue(schedule.Definition.Write());
            command.Parameters.AddValue(schedule.IsPaused);
            command.Parameters.AddTime(schedule.NextNominal);
            command.Parameters.AddTime(schedule.CreateTime);
            return await command.ExecuteNonQueryAsync(token) == 1
                ? await FindAsync(connection, schedule.ProjectId, schedule.Name, token)
                // Taken by a request that ran at the same time, ours or another.
                : requestId.Length > 0 ? await FindByRequestAsync(connection, schedule.ProjectId, requestId, token) : null;
        }, cancellationToken);

    /// <summary>Finds a schedule by name.</summary>
    public Task<ScheduleRecord?> FindAsync(string projectId, string name, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, (connection, token) => FindAsync(connection, projectId, name, token), cancellationToken);

    /// <summary>Lists schedules by name, those after <paramref name="afterName"/>.</summary>
    public Task<List<ScheduleRecord>> ListAsync(string projectId, string afterName, int countMax, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, async (connection, token) =>
        {
            const string Select =
                $"""
                select {Columns} from scheduler.schedules s
                where s.project_id = $1 and s.delete_time is null and s.name > $2 order by s.name limit $3
                """;
            await using var command = new NpgsqlCommand(Select, connection);
            command.Parameters.AddValue(projectId);
            command.Parameters.AddValue(afterName);
            command.Parameters.AddValue(countMax);
            return await ReadAllAsync(command, token);
        }, cancellationToken);

    /// <summary>Replaces what the user decides and the next time.</summary>
    public Task<ScheduleRecord?> UpdateAsync(
        string projectId, string name, ScheduleDefinition definition, bool isPaused, DateTimeOffset? nextNominal, CancellationToken cancellationToken) =>
        ChangeAsync(
            "schedules.update",
            """
            update scheduler.schedules set definition = $3, next_nominal = $5, failure_count = 0, is_paused = $4,
                pause_cause = case when $4 then pause_cause else '' end, pause_until = case when $4 then pause_until end
            where project_id = $1 and name = $2 and delete_time is null
            """,
            projectId,
            name,
            parameters =>
            {
                parameters.AddValue(definition.Write());
                parameters.AddValue(isPaused);
                parameters.AddTime(nextNominal);
            },
            cancellationToken);

    /// <summary>Pauses a schedule; one that is paused keeps its pause and gets the new cause.</summary>
    public Task<ScheduleRecord?> PauseAsync(
        string projectId, string name, string cause, DateTimeOffset? until, CancellationToken cancellationToken) =>
        ChangeAsync(
            "schedules.pause",
            """
            update scheduler.schedules set is_paused = true, pause_cause = $3, pause_until = $4
            where project_id = $1 and name = $2 and delete_time is null
            """,
            projectId,
            name,
            parameters =>
            {
                parameters.AddValue(cause);
                parameters.AddTime(until);
            },
            cancellationToken);

    /// <summary>Resumes a paused schedule from a new next time; one that is not paused is left as it is.</summary>
    public Task<ScheduleRecord?> ResumeAsync(string projectId, string name, DateTimeOffset? nextNominal, CancellationToken cancellationToken) =>
        ChangeAsync(
            "schedules.resume",
            """
            update scheduler.schedules set is_paused = false, pause_cause = '', pause_until = null, failure_count = 0, next_nominal = $3
            where project_id = $1 and name = $2 and delete_time is null and is_paused
            """,
            projectId,
            name,
            parameters => parameters.AddTime(nextNominal),
            cancellationToken);

    /// <summary>Deletes a schedule; what waits is skipped, what was fired goes on.</summary>
    public Task DeleteAsync(string projectId, string name, CancellationToken cancellationToken) =>
        Transactions.RunAsync(dataSource, "schedules.delete", async (connection, token) =>
        {
            const string Delete =
                """
                with gone as (
                    update scheduler.schedules set delete_time = clock_timestamp(), next_nominal = null
                    where project_id = $1 and name = $2 and delete_time is null returning schedule_id)
                update scheduler.firings f set state = 'skipped', decision = 'skipped_paused', error = 'The schedule was deleted.'
                from gone where f.schedule_id = gone.schedule_id and f.state = 'waiting'
                """;
            await using var command = new NpgsqlCommand(Delete, connection);
            command.Parameters.AddValue(projectId);
            command.Parameters.AddValue(name);
            return await command.ExecuteNonQueryAsync(token);
        }, cancellationToken);

    /// <summary>Returns the database's clock.</summary>
    public Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, async (connection, token) =>
        {
            await using var command = new NpgsqlCommand("select clock_timestamp()", connection);
            return new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(token))!);
        }, cancellationToken);

    internal static ScheduleRecord Read(NpgsqlDataReader reader) => new()
    {
        ScheduleId = reader.GetGuid(0),
        ProjectId = reader.GetString(1),
        Name = reader.GetString(2),
        Definition = ScheduleDefinition.Read(reader.GetString(3)),
        IsPaused = reader.GetBoolean(4),
        PauseCause = reader.GetString(5),
        PauseUntil = reader.TimeOrNull(6),
        NextNominal = reader.TimeOrNull(7),
        LastNominal = reader.TimeOrNull(8),
        FailureCount = reader.GetInt32(9),
        CreateTime = reader.Time(10),
        ReadTime = reader.Time(11),
        OldestPending = reader.TimeOrNull(12),
    };

    internal static async Task<List<ScheduleRecord>> ReadAllAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var found = new List<ScheduleRecord>();
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(Read(reader));
        }

        return found;
    }

    private Task<ScheduleRecord?> ChangeAsync(
        string work, string sql, string projectId, string name, Action<NpgsqlParameterCollection> more, CancellationToken cancellationToken) =>
        Transactions.RunAsync(dataSource, work, async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(sql, connection);
            command.Parameters.AddValue(projectId);
            command.Parameters.AddValue(name);
            more(command.Parameters);
            await command.ExecuteNonQueryAsync(token);
            return await FindAsync(connection, projectId, name, token);
        }, cancellationToken);

    private static async Task<ScheduleRecord?> FindAsync(
        NpgsqlConnection connection, string projectId, string name, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"select {Columns} from scheduler.schedules s where s.project_id = $1 and s.name = $2 and s.delete_time is null", connection);
        command.Parameters.AddValue(projectId);
        command.Parameters.AddValue(name);
        return (await ReadAllAsync(command, cancellationToken)).FirstOrDefault();
    }

    private static async Task<ScheduleRecord?> FindByRequestAsync(
        NpgsqlConnection connection, string projectId, string requestId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"select {Columns} from scheduler.schedules s where s.project_id = $1 and s.request_id = $2", connection);
        command.Parameters.AddValue(projectId);
        command.Parameters.AddValue(requestId);
        return (await ReadAllAsync(command, cancellationToken)).FirstOrDefault();
    }
}

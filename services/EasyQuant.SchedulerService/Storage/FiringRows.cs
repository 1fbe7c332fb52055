using EasyQuant.SchedulerService.Schedules;
using Npgsql;

namespace EasyQuant.SchedulerService.Storage;

/// <summary>Reads and writes rows of the table of firings.</summary>
internal static class FiringRows
{
    public const string Columns =
        """
        f.schedule_id, f.nominal_time, f.project_id, f.schedule_name, f.decision, f.state, f.covered_count, f.covered_until, f.is_manual,
        f.request_id, f.workflow_name, f.workflow_version, f.inputs, f.decide_time, f.next_try_time, f.attempt_count, f.run_id, f.run_state,
        f.run_start_time, f.run_end_time, f.error
        """;

    private const string Insert =
        """
        insert into scheduler.firings(schedule_id, nominal_time, project_id, schedule_name, decision, state, covered_count, covered_until,
            is_manual, request_id, workflow_name, workflow_version, inputs, next_try_time)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        """;

    /// <summary>Inserts rows in one round trip; a nominal time that has a row keeps it.</summary>
    public static Task<int> InsertAsync(NpgsqlConnection connection, IReadOnlyList<FiringRecord> firings, CancellationToken cancellationToken) =>
        InsertAsync(connection, firings, "on conflict do nothing", cancellationToken);

    /// <summary>Inserts rows; a skipped row of the same nominal time is replaced, any other is kept. Returns the number written.</summary>
    public static Task<int> InsertOverSkippedAsync(
        NpgsqlConnection connection, IReadOnlyList<FiringRecord> firings, CancellationToken cancellationToken) => InsertAsync(
            connection,
            firings,
            """
            on conflict (schedule_id, nominal_time) do update set decision = excluded.decision, state = excluded.state, covered_count = 1,
                covered_until = excluded.covered_until, decide_time = clock_timestamp(), next_try_time = excluded.next_try_time,
                workflow_name = excluded.workflow_name, workflow_version = excluded.workflow_version, inputs = excluded.inputs, error = ''
            where firings.state = 'skipped'
            """,
            cancellationToken);

    /// <summary>Reads all rows of a command that selects <see cref="Columns"/>.</summary>
    public static async Task<List<FiringRecord>> ReadAllAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var found = new List<FiringRecord>();
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(Read(reader));
        }

        return found;
    }

    private static FiringRecord Read(NpgsqlDataReader reader) => new()
    {
        ScheduleId = reader.GetGuid(0),
        NominalTime = reader.Time(1),
        ProjectId = reader.GetString(2),
        ScheduleName = reader.GetString(3),
        Decision = reader.GetString(4),
        State = reader.GetString(5),
        CoveredCount = reader.GetInt32(6),
        CoveredUntil = reader.Time(7),
        IsManual = reader.GetBoolean(8),
        RequestId = reader.GetGuid(9),
        WorkflowName = reader.GetString(10),
        WorkflowVersion = reader.GetInt32(11),
        Inputs = reader.GetString(12),
        DecideTime = reader.Time(13),
        NextTryTime = reader.Time(14),
        AttemptCount = reader.GetInt32(15),
        RunId = reader.GetString(16),
        RunState = reader.GetInt32(17),
        RunStartTime = reader.TimeOrNull(18),
        RunEndTime = reader.TimeOrNull(19),
        Error = reader.GetString(20),
    };

    private static async Task<int> InsertAsync(
        NpgsqlConnection connection, IReadOnlyList<FiringRecord> firings, string onConflict, CancellationToken cancellationToken)
    {
        if (firings.Count == 0)
        {
            return 0;
        }

        await using var batch = new NpgsqlBatch(connection);
        foreach (FiringRecord firing in firings)
        {
            var command = new NpgsqlBatchCommand(Insert + "\n" + onConflict);
            command.Parameters.AddValue(firing.ScheduleId);
            command.Parameters.AddTime(firing.NominalTime);
            command.Parameters.AddValue(firing.ProjectId);
            command.Parameters.AddValue(firing.ScheduleName);
            command.Parameters.AddValue(firing.Decision);
            command.Parameters.AddValue(firing.State);
            command.Parameters.AddValue(firing.CoveredCount);
            command.Parameters.AddTime(firing.CoveredUntil);
            command.Parameters.AddValue(firing.IsManual);
            command.Parameters.AddValue(firing.RequestId);
            command.Parameters.AddValue(firing.WorkflowName);
            command.Parameters.AddValue(firing.WorkflowVersion);
            command.Parameters.AddValue(firing.Inputs);
            command.Parameters.AddTime(firing.NextTryTime);
            batch.BatchCommands.Add(command);
        }

        return await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}

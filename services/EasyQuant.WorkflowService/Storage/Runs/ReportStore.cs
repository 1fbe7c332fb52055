using EasyQuant.Contracts.Run.V1;
using EasyQuant.Persistence;
using EasyQuant.Persistence.Messages;
using Google.Protobuf;
using Npgsql;
using NpgsqlTypes;

namespace EasyQuant.WorkflowService.Storage.Runs;

/// <summary>Stores what Runners report: one transaction for all runs of a request, epochs checked under the row lock. Thread-safe.</summary>
internal sealed class ReportStore(NpgsqlDataSource dataSource, Outbox outbox, RunHistoryFactory histories)
{
    private const string LockSql = $"select {RunRow.Columns} from workflow.runs where run_id = any($1) and ($2 = '' or project_id = $2) order by run_id for no key update";

    private const string KnownStepsSql = "select run_id, node_id, state, attempt, attempt_base from workflow.steps where run_id = any($1)";

    private const string UpsertStepsSql =
        """
        insert into workflow.steps(run_id, node_id, project_id, position, state, attempt, step)
        select * from unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::smallint[], $6::int[], $7::bytea[])
        on conflict (run_id, node_id) do update
        set position = excluded.position, state = excluded.state, attempt = excluded.attempt, step = excluded.step
        """;

    private const string UpdateRunsSql =
        """
        update workflow.runs r
        set state = c.state, event_sequence = c.event_sequence, finished_step_count = c.finished_step_count, end_time = c.end_time,
            outputs = c.outputs, error = c.error, lease_until = case when c.state = 2 then clock_timestamp() + $8 end,
            pause_requested = r.pause_requested and c.state = 2
        from unnest($1::uuid[], $2::smallint[], $3::bigint[], $4::int[], $5::timestamptz[], $6::bytea[], $7::bytea[])
            as c(run_id, state, event_sequence, finished_step_count, end_time, outputs, error)
        where r.run_id = c.run_id
        """;

    /// <summary>Applies the reports in order and answers each; runs of other projects than <paramref name="projectId"/> are lost, unless it is empty.</summary>
    public async Task<IReadOnlyList<LeaseAnswer>> ReportAsync(
        IReadOnlyList<RunReport> reports, TimeSpan lease, string projectId, CancellationToken cancellationToken)
    {
        Guid[] ids = [.. reports.Select(report => Guid.Parse(report.RunId)).Distinct()];
        IReadOnlyList<LeaseAnswer> answers = await Transactions.RunAsync(
            dataSource,
            "runs.report",
            async (connection, token) =>
            {
                RunHistory history = histories.Create();
                Dictionary<Guid, ReportedRun> runs = await LockAsync(connection, ids, projectId, history, token);
                await ReadKnownStepsAsync(connection, runs, token);
                var given = new List<LeaseAnswer>(reports.Count);
                foreach (RunReport report in reports)
                {
                    given.Add(runs.TryGetValue(Guid.Parse(report.RunId), out ReportedRun? run)
                        ? run.Apply(report)
                        : new LeaseAnswer { RunId = report.RunId, Lost = true });
                }

                await WriteAsync(connection, [.. runs.Values.Where(run => run.IsChanged)], history, lease, token);
                return (IReadOnlyList<LeaseAnswer>)given;
            },
            cancellationToken);
        outbox.Wake();
        return answers;
    }

    private static async Task<Dictionary<Guid, ReportedRun>> LockAsync(
        NpgsqlConnection connection, Guid[] ids, string projectId, RunHistory history, CancellationToken cancellationToken)
    {
        List<RunRow> rows = await DispatchStore.ReadRunsAsync(connection, LockSql, [Pg.Ids(ids), Pg.P(projectId)], cancellationToken);
        return rows.ToDictionary(row => row.RunId, row => new ReportedRun(row, history));
    }

    private static async Task ReadKnownStepsAsync(
        NpgsqlConnection connection, Dictionary<Guid, ReportedRun> runs, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Pg.Command(connection, KnownStepsSql, Pg.Ids([.. runs.Keys]));
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            runs[reader.GetGuid(0)].AddKnown(
                reader.GetString(1), new KnownStep((StepState)reader.GetInt16(2), reader.GetInt32(3), reader.GetInt32(4)));
        }
    }

    private async Task WriteAsync(
        NpgsqlConnection connection, ReportedRun[] runs, RunHistory history, TimeSpan lease, CancellationToken cancellationToken)
    {
        if (runs.Length == 0)
        {
            return;
        }

        await using var batch = new NpgsqlBatch(connection);
        (RunRow Run, Step Step)[] steps = [.. runs.SelectMany(run => run.ChangedSteps.Select(step => (run.Row, step)))];
        if (steps.Length > 0)
        {
            Pg.Add(
                batch,
                UpsertStepsSql,
                Pg.Many(NpgsqlDbType.Uuid, steps, item => item.Run.RunId),
                Pg.Many(NpgsqlDbType.Text, steps, item => item.Step.NodeId),
                Pg.Many(NpgsqlDbType.Text, steps, item => item.Run.ProjectId),
                Pg.Many(NpgsqlDbType.Integer, steps, item => item.Step.Position),
                Pg.Many(NpgsqlDbType.Smallint, steps, item => (short)item.Step.State),
                Pg.Many(NpgsqlDbType.Integer, steps, item => item.Step.Attempt),
                Pg.Many(NpgsqlDbType.Bytea, steps, item => item.Step.ToByteArray()));
        }

        RunRow[] rows = [.. runs.Select(run => run.Row)];
        Pg.Add(
            batch,
            UpdateRunsSql,
            Pg.Many(NpgsqlDbType.Uuid, rows, row => row.RunId),
            Pg.Many(NpgsqlDbType.Smallint, rows, row => (short)row.State),
            Pg.Many(NpgsqlDbType.Bigint, rows, row => row.EventSequence),
            Pg.Many(NpgsqlDbType.Integer, rows, row => row.FinishedStepCount),
            Pg.Many(NpgsqlDbType.TimestampTz, rows, row => row.EndTime?.UtcDateTime),
            Pg.Many(NpgsqlDbType.Bytea, rows, row => row.Outputs),
            Pg.Many(NpgsqlDbType.Bytea, rows, row => row.Error),
            Pg.P(lease));
        history.AddTo(batch);
        outbox.AddTo(batch, history.ToMessages());
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}

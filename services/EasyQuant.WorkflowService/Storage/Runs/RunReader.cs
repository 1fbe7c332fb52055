using System.Globalization;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Persistence;
using EasyQuant.ServiceDefaults.Errors;
using Npgsql;

namespace EasyQuant.WorkflowService.Storage.Runs;

/// <summary>Reads runs, steps and history; everything is looked up within the caller's project. Thread-safe.</summary>
internal sealed class RunReader(NpgsqlDataSource dataSource)
{
    /// <summary>Reads a run.</summary>
    /// <exception cref="RpcError">NotFound RUN_NOT_FOUND, also for a run of another project.</exception>
    public async Task<RunRow> GetAsync(string projectId, Guid runId, CancellationToken cancellationToken)
    {
        List<RunRow> found = await QueryAsync(
            $"select {RunRow.Columns} from workflow.runs where run_id = $1 and project_id = $2", () => [Pg.P(runId), Pg.P(projectId)], cancellationToken);
        return found.Count == 1 ? found[0] : throw NotFound(runId);
    }

    /// <summary>Reads the run that was created with a request id.</summary>
    /// <exception cref="RpcError">NotFound RUN_NOT_FOUND, also for a run of another project.</exception>
    public async Task<RunRow> GetByRequestAsync(string projectId, Guid requestId, CancellationToken cancellationToken)
    {
        List<RunRow> found = await QueryAsync(
            $"select {RunRow.Columns} from workflow.runs where request_id = $1 and project_id = $2", () => [Pg.P(requestId), Pg.P(projectId)], cancellationToken);
        return found.Count == 1 ? found[0] : throw RpcError.NotFound("RUN_NOT_FOUND", $"There is no run with request id {requestId}.");
    }

    public static RpcError NotFound(Guid runId) => RpcError.NotFound("RUN_NOT_FOUND", $"There is no run {runId}.");

    /// <summary>Reads a page of runs, newest first.</summary>
    public Task<List<RunRow>> ListAsync(string projectId, RunFilter filter, RunPosition? after, int countMax, CancellationToken cancellationToken)
    {
        // States are numbers of an enum and stand in the text, so that the partial indexes of active and of broken runs apply.
        string states = string.Join(", ", filter.States.Select(state => ((int)state).ToString(CultureInfo.InvariantCulture)));
        string sql =
            $"""
            select {RunRow.Columns} from workflow.runs
            where project_id = $1
            {(filter.States.Count > 0 ? $"and state in ({states})" : "")}
            {(filter.WorkflowName.Length > 0 ? "and workflow_name = $2" : "and $2 = ''")}
            {(filter.JobName.Length > 0 ? "and job_name = $3 and job_name <> ''" : "and $3 = ''")}
            {(filter.StartTime is not null ? "and create_time >= $4" : "and $4::timestamptz is null")}
            {(filter.EndTime is not null ? "and create_time < $5" : "and $5::timestamptz is null")}
            {(after is not null ? "and (create_time, run_id) < ($6, $7)" : "and $6::timestamptz is null and $7::uuid is null")}
            {(filter.ParentRunId is not null ? "and parent_run_id = $9" : "and parent_run_id is null and $9::uuid is null")}
            order by create_time desc, run_id desc limit $8
            """;
        return QueryAsync(
            sql,
            () =>
            [
                Pg.P(projectId), Pg.P(filter.WorkflowName), Pg.P(filter.JobName), Pg.OrNull(filter.StartTime), Pg.OrNull(filter.EndTime),
                Pg.OrNull(after?.CreateTime), Pg.OrNull(after?.RunId), Pg.P(countMax), Pg.OrNull(filter.ParentRunId),
            ],
            cancellationToken);
    }

    /// <summary>Reads the stored steps of a run by node.</summary>
    public Task<Dictionary<string, Step>> ReadStepsAsync(Guid runId, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(
            dataSource,
            async (connection, token) =>
            {
                var steps = new Dictionary<string, Step>(StringComparer.Ordinal);
                await using NpgsqlCommand command = Pg.Command(connection, "select step, state, attempt from workflow.steps where run_id = $1", Pg.P(runId));
                await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
                while (await reader.ReadAsync(token))
                {
                    Step step = ReadStep(reader);
                    steps[step.NodeId] = step;
                }

                return steps;
            },
            cancellationToken);

    /// <summary>Reads one step; null while it has not been reported.</summary>
    public async Task<Step?> FindStepAsync(Guid runId, string nodeId, CancellationToken cancellationToken) =>
        await Transactions.ReadAsync(
            dataSource,
            async (connection, token) =>
            {
                await using NpgsqlCommand command = Pg.Command(
                    connection, "select step, state, attempt from workflow.steps where run_id = $1 and node_id = $2", Pg.P(runId), Pg.P(nodeId));
                await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
                return await reader.ReadAsync(token) ? ReadStep(reader) : null;
            },
            cancellationToken);

    /// <summary>Reads events after a position, oldest first.</summary>
    public Task<List<RunEvent>> ReadEventsAsync(Guid runId, long afterSequence, int countMax, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(
            dataSource,
            async (connection, token) =>
            {
                var events = new List<RunEvent>();
                await using NpgsqlCommand command = Pg.Command(
                    connection,
                    "select events from workflow.run_events where run_id = $1 and last_sequence > $2 order by last_sequence limit $3",
                    Pg.P(runId), Pg.P(afterSequence), Pg.P(countMax));
                await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
                while (events.Count < countMax && await reader.ReadAsync(token))
                {
                    ListRunEventsResponse stored = ListRunEventsResponse.Parser.ParseFrom(reader.GetFieldValue<byte[]>(0));
                    events.AddRange(stored.Events.Where(happened => happened.Sequence > afterSequence).Take(countMax - events.Count));
                }

                return events;
            },
            cancellationToken);

    // A step that is to run again keeps its last report until the next one; only its number of attempts still counts.
    private static Step ReadStep(NpgsqlDataReader reader)
    {
        Step step = Step.Parser.ParseFrom(reader.GetFieldValue<byte[]>(0));
        return (StepState)reader.GetInt16(1) == StepState.Pending
            ? new Step
            {
                NodeId = step.NodeId,
                NodeType = step.NodeType,
                Position = step.Position,
                State = StepState.Pending,
                Attempt = reader.GetInt32(2),
            }
            : step;
    }

    private Task<List<RunRow>> QueryAsync(string sql, Func<NpgsqlParameter[]> parameters, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(
            dataSource, (connection, token) => DispatchStore.ReadRunsAsync(connection, sql, parameters(), token), cancellationToken);
}

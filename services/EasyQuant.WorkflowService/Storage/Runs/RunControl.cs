using EasyQuant.Contracts.Run.V1;
using EasyQuant.Persistence;
using EasyQuant.Persistence.Messages;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.WorkflowService.Storage.Items;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Npgsql;
using NpgsqlTypes;
using StepCancelAnswer = EasyQuant.Flow.StepCancelAnswer;

namespace EasyQuant.WorkflowService.Storage.Runs;

/// <summary>What people do to a run: cancel, pause, resume, retry. Each is one transaction under the row lock and idempotent. Thread-safe.</summary>
internal sealed class RunControl(NpgsqlDataSource dataSource, Outbox outbox, RunHistoryFactory histories, ChildRuns children)
{
    private const string LockSql = $"select {RunRow.Columns} from workflow.runs where run_id = $1 and project_id = $2 for no key update";

    private const string UpdateSql =
        """
        update workflow.runs set state = $2, event_sequence = $3, end_time = $4, cancel_requested = $5, pause_requested = $6, cancel_cause = $7,
            crash_count = $8, finished_step_count = $9, outputs = $10, error = $11, retry_request_id = $12, step_cancels = $15,
            queue_time = case when $2 = 1 and state <> 1 then $13 else queue_time end, hint_time = clock_timestamp(), priority = $14
        where run_id = $1
        """;

    /// <summary>Resets steps so that they run again; their attempts count on.</summary>
    internal const string ResetStepsSql =
        "update workflow.steps set state = 1, attempt_base = attempt where run_id = $1 and node_id = any($2)";

    /// <summary>Cancels at once what waits; asks the Runner of what runs.</summary>
    public Task<RunRow> CancelAsync(string projectId, Guid runId, string cause, CancellationToken cancellationToken) =>
        ChangeAsync(projectId, runId, "runs.cancel", (run, history) =>
        {
            if (run.State == RunState.Running && !run.IsCancelRequested)
            {
                run.IsCancelRequested = true;
                run.CancelCause = cause;
                return true;
            }

            if (run.State is not (RunState.Queued or RunState.Paused))
            {
                return false;
            }

            run.State = RunState.Cancelled;
            run.CancelCause = cause;
            run.EndTime = history.Now;
            history.AddRunEvent(run, "run.cancelled", cause);
            return true;
        }, (connection, run, history, token) => children.CancelAsync(connection, run.RunId, null, null, cause, history, token), cancellationToken);

    /// <summary>Asks to cancel one step while the rest of the run goes on; the runs of its items are cancelled at once.</summary>
    /// <param name="projectId">Project of the caller.</param>
    /// <param name="runId">The run.</param>
    /// <param name="wish">A node that the run has, who wishes it and why.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="RpcError">FailedPrecondition STEP_STATE_CONFLICT, RUN_STATE_CONFLICT: the step or the run has ended; ResourceExhausted LIMIT_EXCEEDED.</exception>
    public async Task<RunRow> CancelStepAsync(string projectId, Guid runId, StepCancel wish, CancellationToken cancellationToken)
    {
        RunRow row = await Transactions.RunAsync(
            dataSource,
            "runs.cancel-step",
            async (connection, token) =>
            {
                RunHistory history = histories.Create();
                RunRow run = await LockAsync(connection, projectId, runId, token);
                StepState step = (await ReadStatesAsync(connection, runId, token)).GetValueOrDefault(wish.NodeId, StepState.Pending);
                if (StepWishes.Ask(run, wish.NodeId, step) == StepCancelAnswer.Known)
                {
                    return run;
                }

                StepCancel noted = wish.Clone();
                noted.Time = history.Now.ToTimestamp();
                run.StepCancels = [.. run.StepCancels, noted];
                history.AddStepCancel(run, noted);
                await children.CancelAsync(connection, runId, wish.NodeId, null, $"Node '{wish.NodeId}' of run {runId} was cancelled. {wish.Cause}".TrimEnd(), history, token);
                await WriteAsync(connection, run, history, token);
                return run;
            },
            cancellationToken);
        outbox.Wake();
        return row;
    }

    /// <summary>Pauses at once what waits; asks the Runner of what runs.</summary>
    public Task<RunRow> PauseAsync(string projectId, Guid runId, CancellationToken cancellationToken) =>
        ChangeAsync(projectId, runId, "runs.pause", (run, history) =>
        {
            ThrowIfEnded(run, "paused");
            if (run.State == RunState.Running && !run.IsPauseRequested)
            {
                run.IsPauseRequested = true;
                return true;
            }

            if (run.State != RunState.Queued)
            {
                return false;
            }

            run.State = RunState.Paused;
            history.AddRunEvent(run, "run.paused");
            return true;
        }, (connection, run, history, token) => ChildRuns.PauseAsync(connection, run.RunId, history, token), cancellationToken);

    /// <summary>Queues a paused run again, or takes back a pause that was not yet reached.</summary>
    public Task<RunRow> ResumeAsync(string projectId, Guid runId, CancellationToken cancellationToken) =>
        ChangeAsync(projectId, runId, "runs.resume", (run, history) =>
        {
            ThrowIfEnded(run, "resumed");
            if (run.State == RunState.Running && run.IsPauseRequested)
            {
                run.IsPauseRequested = false;
                return true;
            }

            if (run.State != RunState.Paused)
            {
                return false;
            }

            run.State = RunState.Queued;
            run.IsPauseRequested = false;
            history.AddRunEvent(run, "run.resumed");
            history.AddHint(run);
            return true;
        }, (connection, run, history, token) => ChildRuns.ResumeAsync(connection, run.RunId, history, token), cancellationToken);

    /// <summary>Moves a waiting run in the queue; its waiting time stays.</summary>
    public Task<RunRow> ChangePriorityAsync(string projectId, Guid runId, int priority, CancellationToken cancellationToken) =>
        ChangeAsync(projectId, runId, "runs.prioritize", (run, history) =>
        {
            if (run.State is not (RunState.Queued or RunState.Paused))
            {
                throw Conflict(run, $"Only a run that waits has a place in the queue, this one is {Name(run.State)}.");
            }

            if (run.Priority == priority)
            {
                return false;
            }

            run.Priority = priority;
            history.AddRunEvent(run, "run.prioritized", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{priority}"));
            return true;
        }, null, cancellationToken);

    /// <summary>Queues an ended run again; the steps that <paramref name="choose"/> names run again, the others keep their outputs.</summary>
    /// <param name="projectId">Project of the caller.</param>
    /// <param name="runId">The run.</param>
    /// <param name="requestId">The same id retries once; null for none.</param>
    /// <param name="choose">Gets the run and the states of its stored steps; returns the nodes that run again.</param>
    /// <param name="reset">Which items of these nodes run again.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<RunRow> RetryAsync(
        string projectId,
        Guid runId,
        Guid? requestId,
        Func<RunRow, Dictionary<string, StepState>, IReadOnlyCollection<string>> choose,
        ItemReset reset,
        CancellationToken cancellationToken)
    {
        RunRow row = await Transactions.RunAsync(
            dataSource,
            "runs.retry",
            async (connection, token) =>
            {
                RunHistory history = histories.Create();
                RunRow run = await LockAsync(connection, projectId, runId, token);
                if (requestId is not null && run.RetryRequestId == requestId)
                {
                    return run;
                }

                if (!run.HasEnded)
                {
                    throw Conflict(run, $"A run can be retried once it has ended, this one is {Name(run.State)}.");
                }

                Dictionary<string, StepState> steps = await ReadStatesAsync(connection, runId, token);
                HashSet<string> again = [.. choose(run, steps)];
                // What did not succeed elsewhere is tried as well, and what was skipped is decided anew: it may have been skipped because of a failure.
                string[] others = [.. steps.Where(step => step.Value != StepState.Succeeded && !again.Contains(step.Key)).Select(step => step.Key)];
                await ItemStore.ExecuteAsync(connection, ResetStepsSql, [Pg.P(runId), Pg.Many(NpgsqlDbType.Text, [.. again, .. others], node => node)], token);
                await reset.ApplyAsync(connection, runId, [.. again], token);
                await ItemReset.NotSucceeded.ApplyAsync(connection, runId, others, token);

                run.FinishedStepCount = steps.Count(step => !again.Contains(step.Key) && step.Value == StepState.Succeeded);
                Reopen(run, requestId, history);
                await WriteAsync(connection, run, history, token);
                return run;
            },
            cancellationToken);
        outbox.Wake();
        return row;
    }

    private static void Reopen(RunRow run, Guid? requestId, RunHistory history)
    {
        run.State = RunState.Queued;
        run.EndTime = null;
        run.Outputs = null;
        run.Error = null;
        run.CrashCount = 0;
        run.IsCancelRequested = false;
        run.IsPauseRequested = false;
        run.CancelCause = "";
        run.StepCancels = [];
        run.RetryRequestId = requestId;
        history.AddRunEvent(run, "run.retried");
        history.AddHint(run);
    }

    private async Task<RunRow> ChangeAsync(
        string projectId,
        Guid runId,
        string name,
        Func<RunRow, RunHistory, bool> change,
        Func<NpgsqlConnection, RunRow, RunHistory, CancellationToken, Task>? below,
        CancellationToken cancellationToken)
    {
        RunRow row = await Transactions.RunAsync(
            dataSource,
            name,
            async (connection, token) =>
            {
                RunHistory history = histories.Create();
                RunRow run = await LockAsync(connection, projectId, runId, token);
                if (change(run, history))
                {
                    if (below is not null)
                    {
                        await below(connection, run, history, token);
                    }

                    await WriteAsync(connection, run, history, token);
                }

                return run;
            },
            cancellationToken);
        outbox.Wake();
        return row;
    }

    private static async Task<RunRow> LockAsync(NpgsqlConnection connection, string projectId, Guid runId, CancellationToken cancellationToken)
    {
        List<RunRow> found = await DispatchStore.ReadRunsAsync(connection, LockSql, [Pg.P(runId), Pg.P(projectId)], cancellationToken);
        return found.Count == 1 ? found[0] : throw RunReader.NotFound(runId);
    }

    private static async Task<Dictionary<string, StepState>> ReadStatesAsync(NpgsqlConnection connection, Guid runId, CancellationToken cancellationToken)
    {
        var states = new Dictionary<string, StepState>(StringComparer.Ordinal);
        await using NpgsqlCommand command = Pg.Command(connection, "select node_id, state from workflow.steps where run_id = $1", Pg.P(runId));
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            states.Add(reader.GetString(0), (StepState)reader.GetInt16(1));
        }

        return states;
    }

    private async Task WriteAsync(NpgsqlConnection connection, RunRow run, RunHistory history, CancellationToken cancellationToken)
    {
        await using (NpgsqlCommand update = Pg.Command(
            connection,
            UpdateSql,
            Pg.P(run.RunId), Pg.P((short)run.State), Pg.P(run.EventSequence), Pg.OrNull(run.EndTime), Pg.P(run.IsCancelRequested),
            Pg.P(run.IsPauseRequested), Pg.P(run.CancelCause), Pg.P(run.CrashCount), Pg.P(run.FinishedStepCount), Pg.OrNull(run.Outputs),
            Pg.OrNull(run.Error), Pg.OrNull(run.RetryRequestId), Pg.P(history.Now), Pg.P((short)run.Priority),
            Pg.OrNull(run.StepCancels.Count > 0 ? new StepCancels { Cancels = { run.StepCancels } }.ToByteArray() : null)))
        {
            await update.ExecuteNonQueryAsync(cancellationToken);
        }

        await history.WriteAsync(connection, outbox, cancellationToken);
    }

    private static void ThrowIfEnded(RunRow run, string verb)
    {
        if (run.HasEnded)
        {
            throw Conflict(run, $"A run that has ended cannot be {verb}, this one is {Name(run.State)}.");
        }
    }

    internal static RpcError Conflict(RunRow run, string message) =>
        new(StatusCode.FailedPrecondition, "RUN_STATE_CONFLICT", message, new Dictionary<string, string> { ["state"] = Name(run.State) });

    internal static string Name(RunState state) => state.ToString().ToLowerInvariant();
}

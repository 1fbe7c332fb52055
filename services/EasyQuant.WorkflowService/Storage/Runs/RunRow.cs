using EasyQuant.Contracts.Run.V1;
using Google.Protobuf.WellKnownTypes;
using Npgsql;

namespace EasyQuant.WorkflowService.Storage.Runs;

/// <summary>A run as stored. Mutable: a transition changes it in memory and writes it in the same transaction.</summary>
internal sealed class RunRow
{
    public const string Columns =
        """
        run_id, project_id, workflow_id, workflow_name, workflow_version, sub_workflows, state, create_time, start_time, end_time, epoch, seed,
        event_sequence, crash_count, finished_step_count, step_count, cancel_requested, pause_requested, cancel_cause, worker_id, job_name,
        actor, only_node_id, trace_id, traceparent, retry_request_id, labels, inputs, outputs, error, priority, timeout_ms, target,
        parent_run_id, root_run_id, item_path, step_cancels
        """;

    /// <summary>The same columns of the table alias r, for statements that join.</summary>
    public const string ColumnsOfR =
        """
        r.run_id, r.project_id, r.workflow_id, r.workflow_name, r.workflow_version, r.sub_workflows, r.state, r.create_time, r.start_time, r.end_time,
        r.epoch, r.seed, r.event_sequence, r.crash_count, r.finished_step_count, r.step_count, r.cancel_requested, r.pause_requested, r.cancel_cause,
        r.worker_id, r.job_name, r.actor, r.only_node_id, r.trace_id, r.traceparent, r.retry_request_id, r.labels, r.inputs, r.outputs, r.error,
        r.priority, r.timeout_ms, r.target, r.parent_run_id, r.root_run_id, r.item_path, r.step_cancels
        """;

    /// <summary>Number of columns, and the index of what a statement adds behind them.</summary>
    public const int ColumnCount = 37;

    public required Guid RunId { get; init; }

    public required string ProjectId { get; init; }

    public required Guid WorkflowId { get; init; }

    public required string WorkflowName { get; init; }

    public required int WorkflowVersion { get; init; }

    public string SubWorkflows { get; set; } = "";

    public RunState State { get; set; } = RunState.Queued;

    public required DateTimeOffset CreateTime { get; init; }

    public DateTimeOffset? StartTime { get; set; }

    public DateTimeOffset? EndTime { get; set; }

    public long Epoch { get; set; }

    public long Seed { get; init; }

    public long EventSequence { get; set; }

    public int CrashCount { get; set; }

    public int FinishedStepCount { get; set; }

    public int StepCount { get; init; }

    public bool IsCancelRequested { get; set; }

    public bool IsPauseRequested { get; set; }

    public string CancelCause { get; set; } = "";

    public string WorkerId { get; set; } = "";

    public string JobName { get; init; } = "";

    public string Actor { get; init; } = "";

    public string OnlyNodeId { get; init; } = "";

    public string TraceId { get; set; } = "";

    public string TraceParent { get; set; } = "";

    public Guid? RetryRequestId { get; set; }

    public string Labels { get; init; } = "";

    public required byte[] Inputs { get; init; }

    public byte[]? Outputs { get; set; }

    public byte[]? Error { get; set; }

    public int Priority { get; set; }

    /// <summary>Longest time of one lease; null for no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>What a worker must be to take the run now; see <see cref="RunTarget"/>.</summary>
    public string Target { get; init; } = "";

    /// <summary>Run whose fan-out this run is an item of; null for none.</summary>
    public Guid? ParentRunId { get; set; }

    /// <summary>Topmost run above it; null for none.</summary>
    public Guid? RootRunId { get; set; }

    /// <summary>Where it stands below the topmost run; empty for none.</summary>
    public string ItemPath { get; set; } = "";

    /// <summary>Steps that are to be cancelled alone, each once.</summary>
    public IReadOnlyList<StepCancel> StepCancels { get; set; } = [];

    public bool HasEnded => State is RunState.Succeeded or RunState.Failed or RunState.Cancelled;

    public static RunRow Read(NpgsqlDataReader reader) => new()
    {
        RunId = reader.GetGuid(0),
        ProjectId = reader.GetString(1),
        WorkflowId = reader.GetGuid(2),
        WorkflowName = reader.GetString(3),
        WorkflowVersion = reader.GetInt32(4),
        SubWorkflows = reader.GetString(5),
        State = (RunState)reader.GetInt16(6),
        CreateTime = new DateTimeOffset(reader.GetDateTime(7), TimeSpan.Zero),
        StartTime = Pg.TimeOrNull(reader, 8),
        EndTime = Pg.TimeOrNull(reader, 9),
        Epoch = reader.GetInt64(10),
        Seed = reader.GetInt64(11),
        EventSequence = reader.GetInt64(12),
        CrashCount = reader.GetInt32(13),
        FinishedStepCount = reader.GetInt32(14),
        StepCount = reader.GetInt32(15),
        IsCancelRequested = reader.GetBoolean(16),
        IsPauseRequested = reader.GetBoolean(17),
        CancelCause = reader.GetString(18),
        WorkerId = reader.GetString(19),
        JobName = reader.GetString(20),
        Actor = reader.GetString(21),
        OnlyNodeId = reader.GetString(22),
        TraceId = reader.GetString(23),
        TraceParent = reader.GetString(24),
        RetryRequestId = reader.IsDBNull(25) ? null : reader.GetGuid(25),
        Labels = reader.GetString(26),
        Inputs = reader.GetFieldValue<byte[]>(27),
        Outputs = Pg.BytesOrNull(reader, 28),
        Error = Pg.BytesOrNull(reader, 29),
        Priority = reader.GetInt16(30),
        Timeout = reader.IsDBNull(31) ? null : TimeSpan.FromMilliseconds(reader.GetInt64(31)),
        Target = reader.GetString(32),
        ParentRunId = reader.IsDBNull(33) ? null : reader.GetGuid(33),
        RootRunId = reader.IsDBNull(34) ? null : reader.GetGuid(34),
        ItemPath = reader.GetString(35),
        StepCancels = StepCancelsOf(Pg.BytesOrNull(reader, 36)),
    };

    /// <summary>Reads the stored wishes to cancel steps.</summary>
    public static IReadOnlyList<StepCancel> StepCancelsOf(byte[]? stored) => stored is null ? [] : Contracts.Run.V1.StepCancels.Parser.ParseFrom(stored).Cancels;

    /// <summary>Returns who wished to cancel the step and why; null for nobody.</summary>
    public StepCancel? StepCancelOf(string nodeId)
    {
        foreach (StepCancel wish in StepCancels)
        {
            if (wish.NodeId == nodeId)
            {
                return wish;
            }
        }

        return null;
    }

    /// <summary>Returns the wire form; without inputs and outputs for lists and events.</summary>
    public Run ToRun(string dashboardUrl, bool withValues)
    {
        var run = new Run
        {
            RunId = RunId.ToString(),
            ProjectId = ProjectId,
            WorkflowName = WorkflowName,
            WorkflowVersion = WorkflowVersion,
            State = State,
            CreateTime = CreateTime.ToTimestamp(),
            StartTime = StartTime?.ToTimestamp(),
            EndTime = EndTime?.ToTimestamp(),
            Epoch = Epoch,
            CrashCount = CrashCount,
            Seed = Seed,
            TraceId = TraceId,
            TraceUrl = dashboardUrl.Length > 0 && TraceId.Length > 0 ? $"{dashboardUrl}/traces/detail/{TraceId}" : "",
            FinishedStepCount = FinishedStepCount,
            StepCount = StepCount,
            JobName = JobName,
            WorkerId = WorkerId,
            Actor = Actor,
            OnlyNodeId = OnlyNodeId,
            Error = Error is null ? null : RunError.Parser.ParseFrom(Error),
            Priority = Priority,
            Timeout = Timeout is { } timeout ? Duration.FromTimeSpan(timeout) : null,
            Target = Target,
            ParentRunId = ParentRunId?.ToString() ?? "",
            RootRunId = RootRunId?.ToString() ?? "",
            ItemPath = ItemPath,
        };
        LabelText.ReadInto(Labels, run.Labels);
        if (withValues)
        {
            run.Inputs = Struct.Parser.ParseFrom(Inputs);
            run.Outputs = Outputs is null ? null : Struct.Parser.ParseFrom(Outputs);
        }

        return run;
    }
}

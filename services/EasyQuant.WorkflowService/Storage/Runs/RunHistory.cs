using EasyQuant.Contracts.Run.V1;
using EasyQuant.Messaging;
using EasyQuant.Persistence;
using EasyQuant.Persistence.Messages;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Npgsql;
using NpgsqlTypes;

namespace EasyQuant.WorkflowService.Storage.Runs;

/// <summary>
/// Collects what a transaction tells: history rows, messages to the world and hints to Runners, and writes them with it.
/// One object a transaction; not thread-safe.
/// </summary>
internal sealed class RunHistory(DateTimeOffset now, string dashboardUrl)
{
    /// <summary>Hints a transaction sends at most: a Runner that hears one claims until nothing is left.</summary>
    private const int HintCountMax = 32;

    private const string InsertEvents =
        """
        insert into workflow.run_events(run_id, first_sequence, last_sequence, project_id, events)
        select * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::bytea[])
        """;

    /// <summary>Changes that one message carries at most; see RunsChanged.</summary>
    private const int ChangeCountMax = 100;

    private readonly Dictionary<Guid, Entry> _entries = [];
    private readonly List<News> _news = [];
    private readonly Dictionary<(string Type, string ProjectId, string TraceParent), News> _openNews = [];
    private readonly List<OutboxMessage> _hints = [];

    public DateTimeOffset Now { get; } = now;

    /// <summary>Builds the messages of the transaction: news in the order of their first event, then hints.</summary>
    public IReadOnlyList<OutboxMessage> ToMessages() => [.. _news.Select(news => news.ToMessage()), .. _hints];

    /// <summary>Adds a run event and tells the world; what happened alike to runs of one project and trace is told in one message.</summary>
    public void AddRunEvent(RunRow run, string type, string message = "")
    {
        RunEvent happened = Add(run, type, Now);
        happened.Message = message;
        happened.Error = run.State == RunState.Failed && run.Error is not null ? RunError.Parser.ParseFrom(run.Error) : null;
        (string, string, string) key = (type, run.ProjectId, run.TraceParent);
        if (!_openNews.TryGetValue(key, out News? news) || news.Changes.Changes.Count == ChangeCountMax)
        {
            news = new News(run, type);
            _news.Add(news);
            _openNews[key] = news;
        }

        news.Changes.Changes.Add(new RunChanged { Event = happened, Run = run.ToRun(dashboardUrl, withValues: false) });
    }

    /// <summary>Adds a step event; outputs are left out, they are read with the steps.</summary>
    public void AddStepEvent(RunRow run, string type, Step step, DateTimeOffset time)
    {
        RunEvent happened = Add(run, type, time);
        happened.NodeId = step.NodeId;
        happened.Step = step.Clone();
        happened.Step.Outputs = null;
        happened.Error = step.Error;
    }

    /// <summary>Adds a word of progress.</summary>
    public void AddProgress(RunRow run, string nodeId, string message)
    {
        RunEvent happened = Add(run, "step.progressed", Now);
        happened.NodeId = nodeId;
        happened.Message = message.Length <= 500 ? message : message[..500];
    }

    /// <summary>Adds that somebody asked to cancel a step.</summary>
    public void AddStepCancel(RunRow run, StepCancel wish)
    {
        RunEvent happened = Add(run, "step.cancel_requested", Now);
        happened.NodeId = wish.NodeId;
        happened.Message = Describe(wish);
    }

    /// <summary>Returns who wished to cancel a step and why.</summary>
    public static string Describe(StepCancel wish) => wish.Cause.Length > 0 ? $"{wish.Actor}: {wish.Cause}" : wish.Actor;

    /// <summary>Hints that the run may be claimed.</summary>
    public void AddHint(RunRow run)
    {
        if (_hints.Count < HintCountMax)
        {
            _hints.Add(Hint(run.RunId, run.ProjectId, run.TraceParent, $"ready/{run.EventSequence}"));
        }
    }

    public static OutboxMessage Hint(Guid runId, string projectId, string traceParent, string name) => new()
    {
        MessageId = DeterministicId.Create(runId, name),
        Exchange = Topology.WorkExchange,
        RoutingKey = Topology.RunQueue,
        Type = RunReady.Descriptor.FullName,
        ProjectId = projectId,
        CorrelationId = runId.ToString(),
        TraceParent = traceParent,
        IsMandatory = true,
        Body = new RunReady { RunId = runId.ToString(), ProjectId = projectId }.ToByteArray(),
    };

    /// <summary>Adds the statement that stores the events; nothing when there are none.</summary>
    public void AddTo(NpgsqlBatch batch)
    {
        if (_entries.Count == 0)
        {
            return;
        }

        Entry[] entries = [.. _entries.Values];
        Pg.Add(
            batch,
            InsertEvents,
            Pg.Many(NpgsqlDbType.Uuid, entries, entry => entry.Run.RunId),
            Pg.Many(NpgsqlDbType.Bigint, entries, entry => entry.Events.Events[0].Sequence),
            Pg.Many(NpgsqlDbType.Bigint, entries, entry => entry.Events.Events[^1].Sequence),
            Pg.Many(NpgsqlDbType.Text, entries, entry => entry.Run.ProjectId),
            Pg.Many(NpgsqlDbType.Bytea, entries, entry => entry.Events.ToByteArray()));
    }

    /// <summary>Writes events and messages in one round trip, as the last thing of a transaction.</summary>
    public async Task WriteAsync(NpgsqlConnection connection, Outbox outbox, CancellationToken cancellationToken)
    {
        await using var all = new NpgsqlBatch(connection);
        AddTo(all);
        outbox.AddTo(all, ToMessages());
        if (all.BatchCommands.Count > 0)
        {
            await all.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private RunEvent Add(RunRow run, string type, DateTimeOffset time)
    {
        if (!_entries.TryGetValue(run.RunId, out Entry? entry))
        {
            entry = new Entry(run);
            _entries.Add(run.RunId, entry);
        }

        var happened = new RunEvent
        {
            Sequence = ++run.EventSequence,
            RunId = run.RunId.ToString(),
            Time = time.ToTimestamp(),
            Type = type,
            RunState = run.State,
            Epoch = run.Epoch,
        };
        entry.Events.Events.Add(happened);
        return happened;
    }

    private sealed class News(RunRow first, string type)
    {
        public RunsChanged Changes { get; } = new();

        public OutboxMessage ToMessage() => new()
        {
            MessageId = DeterministicId.Create(first.RunId, $"event/{Changes.Changes[0].Event.Sequence}"),
            Exchange = Topology.EventsExchange,
            RoutingKey = $"workflow.{type}",
            Type = RunsChanged.Descriptor.FullName,
            ProjectId = first.ProjectId,
            CorrelationId = Changes.Changes.Count == 1 ? first.RunId.ToString() : "",
            TraceParent = first.TraceParent,
            Body = Changes.ToByteArray(),
        };
    }

    private sealed class Entry(RunRow run)
    {
        public RunRow Run { get; } = run;

        public ListRunEventsResponse Events { get; } = new();
    }
}

using System.Globalization;
using EasyQuant.Contracts.Group.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Faults.Oracles;
using Npgsql;

namespace EasyQuant.Faults.Harness;

/// <summary>What is there after a load, as the oracles want it, and what they say.</summary>
/// <param name="Violations">Everything that must not be; empty when all is well.</param>
/// <param name="CrashCount">Leases that expired.</param>
/// <param name="RecoveredCount">Calls whose outcome the client did not know and that were done.</param>
/// <param name="DeadCount">Chunks that were parked.</param>
internal sealed record LoadCheck(IReadOnlyList<Violation> Violations, long CrashCount, int RecoveredCount, long DeadCount)
{
    /// <summary>Effects that were confirmed and are gone.</summary>
    public int LostCount => Violations.Count(violation => violation.Kind == "lost");

    /// <summary>Effects that happened more than once.</summary>
    public int DuplicatedCount => Violations.Count(violation => violation.Kind == "duplicated");

    /// <summary>Asks the oracles O1 to O4, O6, O7, O10 of its queues, O11 and, of the log, O12 about a load that has ended.</summary>
    /// <param name="bed">Where it ran.</param>
    /// <param name="load">The load.</param>
    /// <param name="deadChunks">Chunks that a fault made unreadable; their rows are missed.</param>
    /// <param name="cancellationToken">The deadline.</param>
    public static async Task<LoadCheck> CheckAsync(FaultBed bed, Load load, int deadChunks, CancellationToken cancellationToken)
    {
        string since = string.Create(CultureInfo.InvariantCulture, $"create_time >= '{load.StartTime:O}'");
        List<Violation> found = [];
        List<string> requests = await bed.RowsAsync($"select request_id::text from workflow.runs where request_id is not null and {since} and workflow_name in ('{LoadDefinitions.Tiny}', '{LoadDefinitions.Batch}')", r => r.GetString(0), cancellationToken);
        found.AddRange(Oracle.Effects(load.Calls.Entries, requests));
        found.AddRange(Oracle.Idempotency(await bed.RowsAsync($"select request_id::text, run_id::text from workflow.runs where request_id is not null and {since}", r => (r.GetString(0), r.GetString(1)), cancellationToken)));
        found.AddRange(await EndedAsync(bed, load, since, cancellationToken));
        found.AddRange(await RowsAsync(bed, load, deadChunks, cancellationToken));
        found.AddRange(await HistoryAsync(bed, since, cancellationToken));
        found.AddRange(await StreamsAsync(bed, load, deadChunks, cancellationToken));
        found.AddRange(Oracle.Leftovers([], await bed.OldQueuesAsync(load, cancellationToken)));
        found.AddRange(load.Size.Relays ? await PassedAsync(bed, load, cancellationToken) : []);
        found.AddRange(load.Size.KeepsNewest ? await NewestAsync(bed, load, cancellationToken) : []);
        found.AddRange(bed.Leaks.Select(line => new Violation("O12", "leaked", "log", line[..Math.Min(80, line.Length)])));
        return new LoadCheck(
            found,
            await bed.ScalarAsync<long>($"select coalesce(sum(crash_count), 0)::bigint from workflow.runs where {since}", cancellationToken),
            Oracle.RecoveredCount(load.Calls.Entries, requests),
            await bed.ScalarAsync<long>($"select coalesce(sum(dead), 0)::bigint from data.eq_stream_counts where stream = '{load.StartId}.bars'", cancellationToken));
    }

    // O1: everything of the load has succeeded; what has not was broken by the fault. Nothing is stuck: the load waited until no run was open. One that is now deletes the
    // queues of a start that ended some time ago.
    private static async Task<IEnumerable<Violation>> EndedAsync(FaultBed bed, Load load, string since, CancellationToken cancellationToken)
    {
        List<Violation> found = [.. await bed.RowsAsync(
            $"select run_id::text, workflow_name, state::int, error from workflow.runs where state not in (1, 2, 3, 4) and {since} limit 20",
            r => new Violation("O1", "broken", $"run {r.GetString(0)}", string.Create(CultureInfo.InvariantCulture, $"{r.GetString(1)} is in state {r.GetInt32(2)} {(r.IsDBNull(3) ? null : RunError.Parser.ParseFrom(r.GetFieldValue<byte[]>(3)))}")),
            cancellationToken)];
        GroupStart start = (await bed.Groups.GetGroupStartAsync(new GetGroupStartRequest { StartId = load.StartId }, deadline: DateTime.UtcNow.AddSeconds(20), cancellationToken: cancellationToken)).Start;
        if (start.State != StartState.Succeeded)
        {
            found.Add(new Violation("O1", "broken", $"start {load.StartId}", $"{start.State} {start.Error}"));
        }

        return found;
    }

    // O2: the rows of the items and of the stream.
    private static async Task<IEnumerable<Violation>> RowsAsync(FaultBed bed, Load load, int deadChunks, CancellationToken cancellationToken)
    {
        History asked = new();
        for (int i = 0; i < load.Size.ItemCount; i++)
        {
            asked.Invoke(LoadFiles.SymbolOf(i));
            asked.End(LoadFiles.SymbolOf(i), CallOutcome.Ok);
        }

        List<Violation> found = [.. Oracle.Effects(asked.Entries, await SavedAsync(bed, $"select symbol from data.{load.ItemTable}", cancellationToken))];
        History rows = new();
        for (int file = 0; file < load.Size.StreamFileCount; file++)
        {
            for (int day = 0; day < load.Size.RowsPerFile; day++)
            {
                string key = string.Create(CultureInfo.InvariantCulture, $"{LoadFiles.SymbolOf(file)}/{new DateOnly(2010, 1, 1).AddDays(day):yyyy-MM-dd}");
                rows.Invoke(key);
                // A chunk that was made unreadable takes its rows with it.
                rows.End(key, deadChunks == 0 ? CallOutcome.Ok : CallOutcome.Unknown);
            }
        }

        string[] saved = [.. await SavedAsync(bed, $"select symbol || '/' || trading_date::text from data.{load.StreamTable}", cancellationToken)];
        found.AddRange(Oracle.Effects(rows.Entries, saved));
        int expected = load.Size.StreamRowCount - (deadChunks * 10);
        if (saved.Length != expected)
        {
            found.Add(new Violation("O2", saved.Length < expected ? "lost" : "duplicated", "rows of the stream", string.Create(CultureInfo.InvariantCulture, $"expected {expected}, were {saved.Length}")));
        }

        return found;
    }

    // O2, for upserts: of each symbol the row of its last day, which stands in the last chunk of its file.
    private static async Task<IEnumerable<Violation>> NewestAsync(FaultBed bed, Load load, CancellationToken cancellationToken)
    {
        string last = new DateOnly(2010, 1, 1).AddDays(load.Size.RowsPerFile - 1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        string[] expected = [.. Enumerable.Range(0, load.Size.StreamFileCount).Select(file => $"{LoadFiles.SymbolOf(file)}/{last}")];
        string[] saved = [.. await SavedAsync(bed, $"select symbol || '/' || trading_date::text from data.{load.StreamTable}_newest order by symbol", cancellationToken)];
        return saved.SequenceEqual(expected)
            ? []
            : [new Violation("O2", "overwritten", "newest rows of the stream", $"expected {last} for each symbol, were {string.Join(", ", saved)}")];
    }

    // O2 and O7, for what was passed on: the same rows, and a stream that has ended.
    private static async Task<IEnumerable<Violation>> PassedAsync(FaultBed bed, Load load, CancellationToken cancellationToken)
    {
        string[] expected = [.. await SavedAsync(bed, $"select symbol || '/' || trading_date::text from data.{load.StreamTable} order by 1", cancellationToken)];
        string[] saved = [.. await SavedAsync(bed, $"select symbol || '/' || trading_date::text from data.{load.StreamTable}_passed order by 1", cancellationToken)];
        string state = string.Join(", ", await bed.RowsAsync($"select state from data.eq_stream_groups where stream = '{load.StartId}.passed'", r => r.GetString(0), cancellationToken));
        return saved.SequenceEqual(expected) && state == "completed"
            ? []
            : [new Violation("O2", "unequal", "rows that were passed on", string.Create(CultureInfo.InvariantCulture, $"expected {expected.Length}, were {saved.Length}, {saved.Distinct().Count()} different; the stream is {state}"))];
    }

    // A table that nothing was saved to is not there.
    private static async Task<List<string>> SavedAsync(FaultBed bed, string sql, CancellationToken cancellationToken)
    {
        try
        {
            return await bed.RowsAsync(sql, r => r.GetString(0), cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return [];
        }
    }

    // O3 and O11: the history of every run has no gap, tells each end once, and no owner writes after its successor.
    private static async Task<IEnumerable<Violation>> HistoryAsync(FaultBed bed, string since, CancellationToken cancellationToken)
    {
        List<RunEvent> events = [.. (await bed.RowsAsync(
            $"select events from workflow.run_events e where exists (select from workflow.runs r where r.run_id = e.run_id and r.{since})",
            r => ListRunEventsResponse.Parser.ParseFrom(r.GetFieldValue<byte[]>(0)), cancellationToken)).SelectMany(page => page.Events)];
        List<Violation> found = [.. Oracle.Fencing(events.Where(e => e.Epoch > 0).Select(e => new Oracle.AcceptedWrite(e.RunId, e.Sequence, e.Epoch)))];
        List<(string RunId, long Last)> runs = await bed.RowsAsync($"select run_id::text, event_sequence from workflow.runs where {since}", r => (r.GetString(0), r.GetInt64(1)), cancellationToken);
        static string Row(string run, long sequence) => string.Create(CultureInfo.InvariantCulture, $"{run}/{sequence}");
        found.AddRange(Oracle.Audit(
            runs.SelectMany(run => Enumerable.Range(1, (int)run.Last).Select(i => Row(run.RunId, i))), events.Select(e => Row(e.RunId, e.Sequence))));
        found.AddRange(events.Where(e => e.Type is "run.succeeded" or "step.succeeded").GroupBy(e => (e.RunId, e.NodeId)).Where(group => group.Count() > 1)
            .Select(group => new Violation("O11", "duplicated", $"{group.Key}", $"succeeded {group.Count()} times")));
        return found;
    }

    // O6 and O7.
    private static async Task<IEnumerable<Violation>> StreamsAsync(FaultBed bed, Load load, int deadChunks, CancellationToken cancellationToken)
    {
        string stream = $"{load.StartId}.bars";
        List<Oracle.StreamSums> sums = await bed.RowsAsync(
            $"""
            select g.stream, g.consumer_group, g.state, (case when bool_and(c.total is not null) then sum(c.total) else -1 end)::bigint, sum(c.done)::bigint, sum(c.dead)::bigint, sum(c.row_count)::bigint
            from data.eq_stream_groups g join data.eq_stream_counts c using (stream, consumer_group) where g.stream = '{stream}' group by 1, 2, 3
            """,
            r => new Oracle.StreamSums(r.GetString(0), r.GetString(1), r.GetString(2), r.GetInt64(3), r.GetInt64(4), r.GetInt64(5), 0, r.GetInt64(6) - load.Size.StreamRowCount + (deadChunks * 10)),
            cancellationToken);
        List<Violation> found = [.. Oracle.Streams(sums)];
        int groups = load.Size.GroupCount;
        if (sums.Count != groups || sums.Any(one => one.Dead != deadChunks))
        {
            found.Add(new Violation("O7", "dead", stream, string.Create(CultureInfo.InvariantCulture, $"expected {groups} groups with {deadChunks} dead chunks, was {string.Join(", ", sums)}")));
        }

        string[] confirmed = [.. (await bed.RowsAsync($"select producer, coalesce(total, next_sequence) from data.eq_stream_producers where stream = '{stream}'", r => (r.GetInt32(0), r.GetInt64(1)), cancellationToken))
            .SelectMany(one => Enumerable.Range(0, (int)one.Item2).Select(i => string.Create(CultureInfo.InvariantCulture, $"{one.Item1}/{i}")))];
        string[] consumed = [.. await bed.RowsAsync($"select producer || '/' || row_number() over (partition by producer order by sequence) - 1 from data.eq_stream_seen where stream = '{stream}' and consumer_group = 'keep'", r => r.GetString(0), cancellationToken)];
        found.AddRange(Oracle.Broker(confirmed, consumed, await bed.ScalarAsync<long>("select count(*) from workflow.outbox", cancellationToken)));
        return found;
    }
}

using System.Diagnostics;
using System.Globalization;
using EasyQuant.Contracts.Group.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.EndToEnd;
using EasyQuant.Faults.Oracles;
using EasyQuant.ServiceDefaults.Grpc;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Npgsql;

namespace EasyQuant.Faults.Harness;

/// <summary>
/// One fan-out (L1) and one stream (L2) at once, and a client that creates small runs meanwhile; everything that is asked for is in the history. Not thread-safe.
/// </summary>
internal sealed class Load
{
    private static readonly TimeSpan s_callDeadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_callPause = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan s_holdersAge = TimeSpan.FromSeconds(1);
    private readonly FaultBed _bed;
    private readonly CancellationTokenSource _callersStop = new();
    private readonly string _tag = Guid.NewGuid().ToString("N")[..12];
    private Task _callers = Task.CompletedTask;
    private string _holders = "";
    private long _holdersRead;
    private long _longestCall;

    private Load(FaultBed bed, LoadSize size)
    {
        _bed = bed;
        Size = size;
    }

    public LoadSize Size { get; }

    /// <summary>What clients asked for and were told: keys are request ids.</summary>
    public History Calls { get; } = new();

    public string RunId { get; private set; } = "";

    public string StartId { get; private set; } = "";

    public DateTime StartTime { get; private set; }

    public string ItemTable => "l1_" + _tag;

    public string StreamTable => "l2_" + _tag;

    /// <summary>Longest time until a call was answered, in whatever way.</summary>
    public TimeSpan LongestCall => TimeSpan.FromTicks(Interlocked.Read(ref _longestCall));

    /// <summary>Starts both loads and the client.</summary>
    public static async Task<Load> StartAsync(FaultBed bed, LoadSize size, CancellationToken cancellationToken)
    {
        var load = new Load(bed, size) { StartTime = (await bed.ScalarAsync<DateTime>("select clock_timestamp()", cancellationToken)).AddMilliseconds(-1) };
        string definition = "fault-" + load._tag;
        string created = Guid.NewGuid().ToString();
        await load.CallAsync(
            null,
            deadline => bed.Groups.CreateProcessSchedulerAsync(
                new CreateProcessSchedulerRequest { Definition = LoadDefinitions.Groups(definition, load.StreamTable, size), RequestId = created }, deadline: deadline, cancellationToken: cancellationToken),
            cancellationToken);
        string request = Guid.NewGuid().ToString();
        Struct inputs = new()
        {
            Fields =
            {
                ["list"] = Value.ForString(string.Create(CultureInfo.InvariantCulture, $"list-{size.ItemCount}.csv")), ["table"] = Value.ForString(load.ItemTable),
            },
        };
        CreateRunsResponse runs = await load.CallAsync(request, deadline => load.Create(LoadDefinitions.Batch, inputs, request, deadline, cancellationToken), cancellationToken);
        load.RunId = runs.Runs[0].RunId;
        string started = Guid.NewGuid().ToString();
        StartProcessSchedulerResponse start = await load.CallAsync(
            null,
            deadline => bed.Groups.StartProcessSchedulerAsync(new StartProcessSchedulerRequest { Name = definition, RequestId = started }, deadline: deadline, cancellationToken: cancellationToken),
            cancellationToken);
        load.StartId = start.Start.StartId;
        load._callers = Task.Run(() => load.CallersAsync(cancellationToken), CancellationToken.None);
        return load;
    }

    /// <summary>Waits until some items and rows are there.</summary>
    public Task WaitForAsync(int items, int rows, CancellationToken cancellationToken) => Poll.UntilAsync(
        string.Create(CultureInfo.InvariantCulture, $"{items} items and {rows} rows of the load"),
        async () =>
        {
            (long itemCount, long rowCount) = await ProgressAsync(cancellationToken);
            return (itemCount >= items && rowCount >= rows, string.Create(CultureInfo.InvariantCulture, $"{itemCount} items and {rowCount} rows\n{_bed.Story()}"));
        },
        cancellationToken);

    /// <summary>Reads how many items and rows are there; both 0 while the database is away.</summary>
    public async Task<(long Items, long Rows)> ProgressAsync(CancellationToken cancellationToken) =>
        (await CountAsync(ItemTable, cancellationToken), await CountAsync(StreamTable, cancellationToken));

    /// <summary>Chunks of the stream that were parked.</summary>
    public async Task<long> DeadCountAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _bed.ScalarAsync<long>($"select coalesce(sum(dead), 0)::bigint from data.eq_stream_counts where stream = '{StartId}.bars'", cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            return 0;
        }
    }

    /// <summary>Whether both loads have ended.</summary>
    public async Task<bool> IsOverAsync(CancellationToken cancellationToken) => (await StateAsync(cancellationToken)).IsOver;

    /// <summary>Completes when both loads have ended.</summary>
    public async Task OverAsync(CancellationToken cancellationToken)
    {
        while (!await IsOverAsync(cancellationToken))
        {
            await Task.Delay(s_callPause, cancellationToken);
        }
    }

    /// <summary>Waits until both have ended, the client has stopped and nothing is left to do.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        await Poll.UntilAsync("the end of the load", async () =>
        {
            (bool isOver, string text) = await StateAsync(cancellationToken);
            return (isOver, $"{text}\n{_bed.Story()}");
        }, cancellationToken);
        await _callersStop.CancelAsync();
        await _callers;
        _callersStop.Dispose();
        await Poll.UntilAsync("quiet after the load", async () =>
        {
            try
            {
                string open = await _bed.ScalarAsync<string>(
                    """
                    select concat_ws(', ', (select count(*) || ' messages in the outbox' from workflow.outbox having count(*) > 0),
                      (select string_agg(run_id || ' ' || workflow_name || ' state ' || state || ' crashes ' || crash_count, '; ') from (select * from workflow.runs where state in (1, 2, 3) limit 5) as r))
                    """,
                    cancellationToken);
                return (open.Length == 0, $"{open}\n{_bed.Story()}");
            }
            catch (Exception exception) when (IsAway(exception, cancellationToken))
            {
                return (false, exception.Message);
            }
        }, cancellationToken);
    }

    /// <summary>Many clients create a run each at the same moment and call until they are answered.</summary>
    public Task StormAsync(int clients, CancellationToken cancellationToken) => Task.WhenAll(Enumerable.Range(0, clients).Select(_ =>
    {
        string request = Guid.NewGuid().ToString();
        return CallAsync(request, deadline => Create(LoadDefinitions.Tiny, new Struct(), request, deadline, cancellationToken), cancellationToken);
    }));

    /// <summary>Calls until an answer comes, as a client with an idempotency key does.</summary>
    /// <param name="key">Key in the history; null leaves the call out of it.</param>
    /// <param name="call">The call, by its deadline.</param>
    /// <param name="cancellationToken">Gives up.</param>
    private async Task<T> CallAsync<T>(string? key, Func<DateTime, AsyncUnaryCall<T>> call, CancellationToken cancellationToken)
    {
        while (true)
        {
            Note(key, CallOutcome.Invoked);
            long began = Stopwatch.GetTimestamp();
            try
            {
                T answer = await call(DateTime.UtcNow + s_callDeadline);
                Note(key, CallOutcome.Ok);
                return answer;
            }
            catch (RpcException exception) when (!cancellationToken.IsCancellationRequested && (ConnectionEnd.IsAway(exception)
                || exception.StatusCode is StatusCode.DeadlineExceeded or StatusCode.Cancelled or StatusCode.Aborted or StatusCode.ResourceExhausted))
            {
                Note(key, CallOutcome.Unknown);
            }
            finally
            {
                long took = Stopwatch.GetElapsedTime(began).Ticks;
                InterlockedMax(ref _longestCall, took);
            }

            await Task.Delay(s_callPause, cancellationToken);
        }
    }

    private async Task CallersAsync(CancellationToken cancellationToken)
    {
        while (!_callersStop.IsCancellationRequested)
        {
            string request = Guid.NewGuid().ToString();
            await CallAsync(request, deadline => Create(LoadDefinitions.Tiny, new Struct(), request, deadline, cancellationToken), cancellationToken);
            await Task.Delay(Size.CallPause, _callersStop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private AsyncUnaryCall<CreateRunsResponse> Create(string workflow, Struct inputs, string request, DateTime deadline, CancellationToken cancellationToken) => _bed.Runs.CreateRunsAsync(
        new CreateRunsRequest { Runs = { new RunSpec { WorkflowName = workflow, Inputs = inputs, RequestId = request } } }, deadline: deadline, cancellationToken: cancellationToken);

    private void Note(string? key, CallOutcome outcome)
    {
        if (key is not null && outcome == CallOutcome.Invoked)
        {
            Calls.Invoke(key);
        }
        else if (key is not null)
        {
            Calls.End(key, outcome);
        }
    }

    private async Task<long> CountAsync(string table, CancellationToken cancellationToken)
    {
        try
        {
            return await _bed.ScalarAsync<long>($"select count(*) from data.{table}", cancellationToken);
        }
        catch (Exception exception) when (IsAway(exception, cancellationToken) || exception is PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName })
        {
            return 0;
        }
    }

    private async Task<(bool IsOver, string Text)> StateAsync(CancellationToken cancellationToken)
    {
        try
        {
            short run = await _bed.ScalarAsync<short>($"select state from workflow.runs where run_id = '{RunId}'", cancellationToken);
            GroupStart start = (await _bed.Groups.GetGroupStartAsync(
                new GetGroupStartRequest { StartId = StartId }, deadline: DateTime.UtcNow + s_callDeadline, cancellationToken: cancellationToken)).Start;
            (long items, long rows) = await ProgressAsync(cancellationToken);
            bool isOver = run is (4 or 5 or 6) && start.State is (StartState.Succeeded or StartState.Failed or StartState.Stopped);
            string text = string.Create(
                CultureInfo.InvariantCulture, $"run {RunId} in state {run} with {items} of {Size.ItemCount} items, start {StartId} {start.State} with {rows} of {Size.StreamRowCount} rows");
            if (!isOver && Stopwatch.GetElapsedTime(_holdersRead) > s_holdersAge)
            {
                _holders = await StreamAsync(cancellationToken);
                _holdersRead = Stopwatch.GetTimestamp();
                _bed.Note($"{text}\n{_holders}");
            }

            return (isOver, $"{text}\n{_holders}");
        }
        catch (Exception exception) when (IsAway(exception, cancellationToken))
        {
            return (false, exception.Message);
        }
    }

    // Who holds what of the stream, for the text of a failure.
    private async Task<string> StreamAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _bed.ScalarAsync<string>(
                $"""
                select concat_ws(E'\n',
                  (select string_agg(concat_ws(' ', 'producer', producer, 'epoch', epoch, 'owner', owner, 'until', lease_until, 'total', total, 'starts', start_count), E'\n') from data.eq_stream_producers where stream = '{StartId}.bars'),
                  (select string_agg(concat_ws(' ', 'count', producer, 'total', total, 'done', done, 'dead', dead), E'\n') from data.eq_stream_counts where stream = '{StartId}.bars'),
                  (select string_agg(concat_ws(' ', 'suspect', producer, sequence, 'attempts', attempt_count, 'owner', owner), E'\n') from data.eq_stream_suspects where stream = '{StartId}.bars'),
                  (select string_agg(concat_ws(' ', 'session', application_name, state, wait_event_type, now() - state_change, left(query, 80)), E'\n') from pg_stat_activity where state <> 'idle' and pid <> pg_backend_pid()),
                  (select string_agg(concat_ws(' ', 'run', run_id, workflow_name, 'state', state, 'crashes', crash_count, 'worker', worker_id), E'\n') from workflow.runs where state in (1, 2, 3)),
                  'now ' || clock_timestamp())
                """,
                cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            return "no stream";
        }
    }

    private static bool IsAway(Exception exception, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested && (exception is RpcException or TimeoutException or IOException or System.Net.Sockets.SocketException or NpgsqlException { SqlState: null } or PostgresException { SqlState: "57P01" or "57P02" or "57P03" or "53300" });

    private static void InterlockedMax(ref long place, long value)
    {
        long seen = Interlocked.Read(ref place);
        while (value > seen && Interlocked.CompareExchange(ref place, value, seen) is long now && now != seen)
        {
            seen = now;
        }
    }
}

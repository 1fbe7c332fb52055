using Npgsql;
using static EasyQuant.Persistence.Streams.StreamSql;

namespace EasyQuant.Persistence.Streams;

/// <summary>
/// Streams and their end, in tables <c>eq_stream*</c> of the schema of the written data. A stream ends when every producer has closed itself with its total and
/// every consumer group has consumed or parked as many chunks; a message "END" decides nothing. Every method works on the connection, and in the
/// transaction, of the caller; READ COMMITTED is required. Thread-safe.
/// </summary>
public sealed class StreamStore
{
    private readonly StreamTables _tables;

    /// <summary>Creates the store of one schema; does not touch the database.</summary>
    /// <param name="schema">Schema of the written data.</param>
    /// <exception cref="ArgumentException">The schema is not an identifier, see <see cref="SqlIdentifier"/>.</exception>
    public StreamStore(string schema) => _tables = new StreamTables(schema);

    /// <summary>Creates the tables when they are missing. Repeatable; callers that race wait for each other.</summary>
    /// <param name="connection">Open connection of a role that may create tables in the schema.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task EnsureTablesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select pg_advisory_xact_lock(4711, 2); {_tables.Create}", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Opens a stream. Repeatable with the same content.</summary>
    /// <param name="connection">Connection inside a transaction.</param>
    /// <param name="opening">What it consists of.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>True when it was opened now.</returns>
    /// <exception cref="StreamException"><see cref="StreamException.Invalid"/>, or <see cref="StreamException.Conflict"/> when it exists with other producers or groups.</exception>
    public async Task<bool> OpenAsync(NpgsqlConnection connection, StreamOpening opening, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(opening);
        opening.Validate();
        bool isNew = await ExecuteAsync(
            connection,
            $"insert into {_tables.Streams}(stream, project_id, topic) values ($1, $2, $3) on conflict do nothing",
            [P(opening.Stream), P(opening.ProjectId), P(opening.Topic)],
            cancellationToken) == 1;
        if (!isNew)
        {
            await CheckSameAsync(connection, opening, cancellationToken);
            return false;
        }

        await ExecuteAsync(
            connection,
            $"insert into {_tables.Groups}(stream, consumer_group) select $1, g from unnest($2) as g",
            [P(opening.Stream), P(opening.Groups.Order(StringComparer.Ordinal).ToArray())],
            cancellationToken);
        await AddProducersAsync(connection, opening.Stream, 0, opening.ProducerCount, cancellationToken);
        return true;
    }

    /// <summary>Adds producers behind the existing ones while the stream is open.</summary>
    /// <param name="connection">Connection inside a transaction.</param>
    /// <param name="stream">Id of the stream.</param>
    /// <param name="producerCount">Producers that there shall be in all, at least as many as now, at most 10,000. Repeatable.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="StreamException"><see cref="StreamException.NotFound"/>, <see cref="StreamException.NotOpen"/> or <see cref="StreamException.Invalid"/>.</exception>
    public async Task AddProducersAsync(NpgsqlConnection connection, string stream, int producerCount, CancellationToken cancellationToken)
    {
        object? state = await ScalarAsync(
            connection, $"select state from {_tables.Streams} where stream = $1 for no key update", [P(stream)], cancellationToken);
        if (state is null)
        {
            throw NotFound(stream);
        }

        // The whole stream must be open, and so must each group: one that is completed has left.
        object? open = await ScalarAsync(
            connection, $"select bool_and(state = 'open') from {_tables.Groups} where stream = $1", [P(stream)], cancellationToken);
        if (state as string != "open" || open is not true)
        {
            throw new StreamException(StreamException.NotOpen, $"Stream {stream} is not open for every group; producers are added before the others have ended.");
        }

        int now = Convert.ToInt32(
            await ScalarAsync(connection, $"select count(*) from {_tables.Producers} where stream = $1", [P(stream)], cancellationToken),
            System.Globalization.CultureInfo.InvariantCulture);
        if (producerCount < now || producerCount > 10_000)
        {
            throw new StreamException(StreamException.Invalid, $"Stream {stream}: `producer_count` must be {now} to 10000, was {producerCount}.");
        }

        await AddProducersAsync(connection, stream, now, producerCount - now, cancellationToken);
    }

    /// <summary>Gives a stream up. Repeatable; a completed stream stays completed.</summary>
    /// <param name="connection">Open connection.</param>
    /// <param name="stream">Id of the stream.</param>
    /// <param name="reason">Why, for people; the first 500 characters are kept.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>True when it was aborted now.</returns>
    public async Task<bool> AbortAsync(NpgsqlConnection connection, string stream, string reason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reason);
        object? aborted = await ScalarAsync(
            connection,
            $"""
            with s as (update {_tables.Streams} set state = 'aborted', reason = $2, end_time = clock_timestamp() where stream = $1 and state = 'open' returning stream),
                 g as (update {_tables.Groups} g set state = 'aborted', end_time = clock_timestamp() from s where g.stream = s.stream and g.state = 'open' returning 1)
            select count(*) from s
            """,
            [P(stream), P(reason[..Math.Min(500, reason.Length)])],
            cancellationToken);
        return aborted is 1L;
    }

    /// <summary>State of a group's view: what a consumer asks every 2 s. Leave only when it is not open.</summary>
    /// <param name="connection">Open connection.</param>
    /// <param name="stream">Id of the stream.</param>
    /// <param name="group">Consumer group.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="StreamException"><see cref="StreamException.NotFound"/>.</exception>
    public async Task<StreamState> GetStateAsync(NpgsqlConnection connection, string stream, string group, CancellationToken cancellationToken) =>
        await ScalarAsync(
            connection, $"select state from {_tables.Groups} where stream = $1 and consumer_group = $2", [P(stream), P(group)], cancellationToken) is string state
            ? State(state)
            : throw NotFound($"{stream} with group {group}");

    /// <summary>Number of a group's view of a stream: greater than that of every group of a stream that was opened before. Never changes.</summary>
    /// <param name="connection">Open connection.</param>
    /// <param name="stream">Id of the stream.</param>
    /// <param name="group">Consumer group.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="StreamException"><see cref="StreamException.NotFound"/>.</exception>
    public async Task<long> GetNumberAsync(NpgsqlConnection connection, string stream, string group, CancellationToken cancellationToken) =>
        await ScalarAsync(
            connection, $"select number from {_tables.Groups} where stream = $1 and consumer_group = $2", [P(stream), P(group)], cancellationToken) is long number
            ? number
            : throw NotFound($"{stream} with group {group}");

    /// <summary>The safety net behind counting and closing: completes what is complete. Call it with every poll of <see cref="GetStateAsync"/>, in a transaction. Repeatable.</summary>
    /// <param name="connection">Connection inside a transaction.</param>
    /// <param name="stream">Id of the stream.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task CheckAsync(NpgsqlConnection connection, string stream, CancellationToken cancellationToken) =>
        StreamSql.CheckAsync(connection, _tables, stream, cancellationToken);

    /// <summary>The stream with producers and groups.</summary>
    /// <param name="connection">Open connection.</param>
    /// <param name="stream">Id of the stream.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Null when there is none.</returns>
    public async Task<StreamStatus?> GetAsync(NpgsqlConnection connection, string stream, CancellationToken cancellationToken)
    {
        List<(string Project, string Topic, string State, string Reason)> head = await QueryAsync(
            connection,
            $"select project_id, topic, state, reason from {_tables.Streams} where stream = $1",
            [P(stream)],
            reader => (reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3)),
            cancellationToken);
        if (head is not [var row])
        {
            return null;
        }

        List<StreamProducerStatus> producers = await QueryAsync(
            connection,
            $"select producer, epoch, coalesce(owner, ''), total, next_sequence, produced, start_count from {_tables.Producers} where stream = $1 order by producer",
            [P(stream)],
            reader => new StreamProducerStatus(
                reader.GetInt32(0), reader.GetInt64(1), reader.GetString(2), !reader.IsDBNull(3), reader.IsDBNull(3) ? null : reader.GetInt64(3),
                reader.GetInt64(4), reader.GetInt64(5), reader.GetInt32(6)),
            cancellationToken);
        List<StreamGroupStatus> groups = await QueryAsync(
            connection,
            $"""
            select g.consumer_group, g.state, sum(c.done)::bigint, sum(c.dead)::bigint, case when bool_and(c.total is not null) then sum(c.total)::bigint end,
                   sum(c.row_count)::bigint, sum(c.byte_count)::bigint
            from {_tables.Groups} g join {_tables.Counts} c on c.stream = g.stream and c.consumer_group = g.consumer_group
            where g.stream = $1 group by g.consumer_group, g.state order by g.consumer_group
            """,
            [P(stream)],
            reader => new StreamGroupStatus(
                reader.GetString(0), State(reader.GetString(1)), reader.GetInt64(2), reader.GetInt64(3), reader.IsDBNull(4) ? null : reader.GetInt64(4),
                reader.GetInt64(5), reader.GetInt64(6)),
            cancellationToken);
        return new StreamStatus(stream, row.Project, row.Topic, State(row.State), row.Reason, producers, groups);
    }

    /// <summary>
    /// Forgets streams that ended, a bounded part in each call: their keys are needed only while chunks may still come or be replayed. A stream goes when its last
    /// key has gone. Parked chunks stay. Callers at the same time take different streams.
    /// </summary>
    /// <param name="connection">Connection inside a transaction.</param>
    /// <param name="age">Time since the end, at least 1 hour; 7 days are usual.</param>
    /// <param name="streamsMax">Most streams to forget in one call, 1 to 1,000.</param>
    /// <param name="keysMax">Most keys to forget in one call, 1 to 100,000.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What was forgotten; nothing when nothing is left to do.</returns>
    public async Task<StreamsForgotten> ForgetAsync(NpgsqlConnection connection, TimeSpan age, int streamsMax, int keysMax, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(age, TimeSpan.FromHours(1));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(streamsMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(streamsMax, 1000);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(keysMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keysMax, 100_000);
        List<string> old = await QueryAsync(
            connection,
            $"select stream from {_tables.Streams} where state <> 'open' and end_time < clock_timestamp() - $1 order by end_time limit $2 for update skip locked",
            [P(age), P(streamsMax)],
            reader => reader.GetString(0),
            cancellationToken);
        if (old.Count == 0)
        {
            return default;
        }

        // A chunk that comes although some keys are gone is refused by the counters, which are full.
        int keys = await ExecuteAsync(
            connection,
            $"delete from {_tables.Seen} where ctid = any(array(select ctid from {_tables.Seen} where stream = any($1) limit $2)) and stream = any($1)",
            [P(old.ToArray()), P(keysMax)],
            cancellationToken);
        int streams = await ExecuteAsync(
            connection,
            $"""
            with ready as (select s.stream from unnest($1) as s(stream) where not exists (select from {_tables.Seen} k where k.stream = s.stream)),
                 suspects as (delete from {_tables.Suspects} k using ready where k.stream = ready.stream),
                 failures as (delete from {_tables.Failures} k using ready where k.stream = ready.stream)
            delete from {_tables.Streams} s using ready where s.stream = ready.stream
            """,
            [P(old.ToArray())],
            cancellationToken);
        return new StreamsForgotten(streams, keys);
    }

    internal static StreamException NotFound(string what) => new(StreamException.NotFound, $"There is no stream {what}.");

    private async Task AddProducersAsync(NpgsqlConnection connection, string stream, int first, int count, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            connection,
            $"insert into {_tables.Producers}(stream, producer) select $1, p from generate_series($2, $3) as p",
            [P(stream), P(first), P(first + count - 1)],
            cancellationToken);
        await ExecuteAsync(
            connection,
            $"""
            insert into {_tables.Counts}(stream, consumer_group, producer)
            select g.stream, g.consumer_group, p from {_tables.Groups} g, generate_series($2, $3) as p where g.stream = $1
            """,
            [P(stream), P(first), P(first + count - 1)],
            cancellationToken);
    }

    private async Task CheckSameAsync(NpgsqlConnection connection, StreamOpening opening, CancellationToken cancellationToken)
    {
        StreamStatus found = await GetAsync(connection, opening.Stream, cancellationToken) ?? throw NotFound(opening.Stream);
        if (found.Producers.Count < opening.ProducerCount || found.ProjectId != opening.ProjectId || found.Topic != opening.Topic
            || !found.Groups.Select(group => group.Group).SequenceEqual(opening.Groups.Order(StringComparer.Ordinal)))
        {
            throw new StreamException(
                StreamException.Conflict,
                $"Stream {opening.Stream} exists with project {found.ProjectId}, topic {found.Topic}, {found.Producers.Count} producers and groups {string.Join(", ", found.Groups.Select(g => g.Group))}; "
                + $"asked for {opening.ProjectId}, {opening.Topic}, {opening.ProducerCount} and {string.Join(", ", opening.Groups)}.");
        }
    }
}

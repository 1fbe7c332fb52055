using System.Security.Cryptography;
using System.Text;
using EasyQuant.Persistence.Effects;
using Npgsql;
using NpgsqlTypes;
using static EasyQuant.Persistence.Streams.StreamSql;

namespace EasyQuant.Persistence.Streams;

/// <summary>
/// Chunks that cannot be consumed: kept with their reason, counted as dead, so that the stream can end without them, and sent again on demand.
/// Every method works on the connection of the caller. Thread-safe.
/// </summary>
public sealed class StreamParkingStore
{
    /// <summary>Most chunks that <see cref="ReplayAsync"/> returns at once.</summary>
    public const int ReplayCountMax = 16;

    private readonly StreamTables _tables;
    private readonly EffectStore _effects;
    private readonly StreamConsumerStore _consumers;

    /// <summary>Creates the store of one schema; does not touch the database.</summary>
    /// <param name="schema">Schema of the written data.</param>
    /// <exception cref="ArgumentException">The schema is not an identifier, see <see cref="SqlIdentifier"/>.</exception>
    public StreamParkingStore(string schema)
    {
        _tables = new StreamTables(schema);
        _effects = new EffectStore(schema);
        _consumers = new StreamConsumerStore(schema);
    }

    /// <summary>
    /// Parks a chunk and counts it as dead, both or neither. A chunk that was consumed or parked before is left alone. Ack the message after the commit.
    /// </summary>
    /// <param name="connection">Connection inside a transaction of its own: the effect that failed was rolled back.</param>
    /// <param name="member">The consumer.</param>
    /// <param name="chunk">The chunk and why.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>State of the group when this transaction commits.</returns>
    /// <exception cref="EpochStaleException">The consumer is a zombie.</exception>
    /// <exception cref="StreamException">As <see cref="StreamConsumerStore.CountAsync"/>; <see cref="StreamException.NotOpen"/> when the stream is given up: roll back and stop.</exception>
    public async Task<StreamState> ParkAsync(NpgsqlConnection connection, StreamMember member, ParkedChunk chunk, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(member);
        ArgumentNullException.ThrowIfNull(chunk);
        await _effects.FenceAsync(connection, member.Resource, member.Epoch, cancellationToken);
        if (chunk.Position is not { } position)
        {
            await InsertAsync(connection, member.Stream, member.Group, chunk, cancellationToken);
            await ThrowIfAbortedAsync(connection, member.Stream, member.Group, cancellationToken);
            return StreamState.Open;
        }

        List<bool> marked = await QueryAsync(
            connection,
            $"""
            insert into {_tables.Seen} as s (stream, consumer_group, producer, sequence, state) values ($1, $2, $3, $4, 1)
            on conflict (stream, consumer_group, producer, sequence) do update set state = 1 where s.state = 2
            returning xmax <> 0
            """,
            [P(member.Stream), P(member.Group), P(position.Producer), P(position.Sequence)],
            reader => reader.GetBoolean(0),
            cancellationToken);
        if (marked is [var isReplay])
        {
            await InsertAsync(connection, member.Stream, member.Group, chunk, cancellationToken);
            StreamState state = await _consumers.CountAsync(connection, member, [new StreamCount(position.Producer, 0, isReplay ? 0 : 1, 0, 0)], cancellationToken);
            await ThrowIfAbortedAsync(connection, member.Stream, member.Group, cancellationToken);
            return state;
        }

        return await _consumers.CountAsync(connection, member, [], cancellationToken);
    }

    /// <summary>
    /// Notes that a chunk is about to be tried that was given out before: it may be the one that ends processes. Commit this before trying.
    /// </summary>
    /// <param name="connection">Open connection, outside of the effect's transaction.</param>
    /// <param name="member">The consumer.</param>
    /// <param name="position">The chunk.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Tries noted so far that did not end, this one included. From the second on, a process may have ended over it, see PoisonPolicy.</returns>
    public async Task<int> BeginSuspectAsync(NpgsqlConnection connection, StreamMember member, StreamPosition position, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(member);
        return (int)(await ScalarAsync(
            connection,
            $"""
            insert into {_tables.Suspects} as s (stream, consumer_group, producer, sequence, attempt_count, owner) values ($1, $2, $3, $4, 1, $5)
            on conflict (stream, consumer_group, producer, sequence) do update
                set attempt_count = s.attempt_count + 1, owner = excluded.owner, update_time = clock_timestamp()
            returning attempt_count
            """,
            [P(member.Stream), P(member.Group), P(position.Producer), P(position.Sequence), P(member.Resource)],
            cancellationToken))!;
    }

    /// <summary>Notes that the try ended without ending the process, with success or with an error. Harmless when nothing was noted.</summary>
    /// <param name="connection">Open connection.</param>
    /// <param name="member">The consumer.</param>
    /// <param name="position">The chunk.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task EndSuspectAsync(NpgsqlConnection connection, StreamMember member, StreamPosition position, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(member);
        return ExecuteAsync(
            connection,
            $"delete from {_tables.Suspects} where stream = $1 and consumer_group = $2 and producer = $3 and sequence = $4",
            [P(member.Stream), P(member.Group), P(position.Producer), P(position.Sequence)],
            cancellationToken);
    }

    /// <summary>Notes an error of the handler. The broker's count of deliveries cannot stand for it: that also grows when a holder dies, leaves, or loses its channel.</summary>
    /// <param name="connection">Open connection, outside of the effect's transaction.</param>
    /// <param name="member">The consumer.</param>
    /// <param name="position">The chunk.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Errors noted so far, this one included; one more than that when an answer was lost and the note was repeated.</returns>
    public async Task<int> NoteFailureAsync(NpgsqlConnection connection, StreamMember member, StreamPosition position, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(member);
        return (int)(await ScalarAsync(
            connection,
            $"""
            insert into {_tables.Failures} as f (stream, consumer_group, producer, sequence, failure_count) values ($1, $2, $3, $4, 1)
            on conflict (stream, consumer_group, producer, sequence) do update set failure_count = f.failure_count + 1, update_time = clock_timestamp()
            returning failure_count
            """,
            [P(member.Stream), P(member.Group), P(position.Producer), P(position.Sequence)],
            cancellationToken))!;
    }

    /// <summary>Forgets what was noted about the tries of a chunk that was consumed. Harmless when nothing was.</summary>
    /// <param name="connection">Open connection.</param>
    /// <param name="member">The consumer.</param>
    /// <param name="position">The chunk.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task ForgetTriesAsync(NpgsqlConnection connection, StreamMember member, StreamPosition position, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(member);
        return ForgetTriesAsync(connection, member.Stream, member.Group, position, cancellationToken);
    }

    /// <summary>Lists the chunks of a group that were tried without an end, see <see cref="BeginSuspectAsync"/>: a copy of one may end processes as well.</summary>
    /// <param name="connection">Open connection.</param>
    /// <param name="stream">Id of the stream.</param>
    /// <param name="group">Consumer group.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>At most 10,000 of them, most tries first.</returns>
    public Task<List<StreamPosition>> ListSuspectsAsync(NpgsqlConnection connection, string stream, string group, CancellationToken cancellationToken) => QueryAsync(
        connection,
        $"select producer, sequence from {_tables.Suspects} where stream = $1 and consumer_group = $2 order by attempt_count desc limit 10000",
        [P(stream), P(group)],
        reader => new StreamPosition(reader.GetInt32(0), reader.GetInt64(1)),
        cancellationToken);

    /// <summary>Lists parked chunks, oldest first, without their payloads.</summary>
    /// <param name="connection">Open connection.</param>
    /// <param name="stream">Id of the stream; null for all streams of the schema.</param>
    /// <param name="group">Consumer group; null for all.</param>
    /// <param name="afterId">Id of the last row of the page before; 0 for the first page.</param>
    /// <param name="countMax">Rows a page, 1 to 1,000.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<List<ParkedRow>> ListAsync(
        NpgsqlConnection connection, string? stream, string? group, long afterId, int countMax, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(countMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(countMax, 1000);
        return QueryAsync(
            connection,
            $"""
            select id, stream, consumer_group, message_id, producer, sequence, reason, detail, stack_hash, encoding, row_count, byte_count,
                   is_chunk and payload is not null, park_count, replay_count, state, first_time, last_time, redelivery_count
            from {_tables.Parked} where id > $1 and ($2 = '' or stream = $2) and ($3 = '' or consumer_group = $3) order by id limit $4
            """,
            [P(afterId), P(stream ?? ""), P(group ?? ""), P(countMax)],
            reader => new ParkedRow(
                reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetString(3),
                reader.IsDBNull(4) ? null : new StreamPosition(reader.GetInt32(4), reader.GetInt64(5)),
                reader.GetString(6), reader.GetString(7), reader.GetString(8), reader.GetString(9), reader.GetInt32(10), reader.GetInt32(11),
                reader.GetBoolean(12), reader.GetInt32(13), reader.GetInt32(14), reader.GetString(15),
                reader.GetFieldValue<DateTimeOffset>(16), reader.GetFieldValue<DateTimeOffset>(17), reader.GetInt32(18)),
            cancellationToken);
    }

    /// <summary>
    /// Marks parked chunks as to be consumed after all and returns what to send. Send after the commit, with the same message id; sending twice is
    /// harmless, and so is asking twice: rows that are replaying already are returned again. Rows without a payload of a chunk are left alone.
    /// </summary>
    /// <param name="connection">Connection inside a transaction.</param>
    /// <param name="stream">Id of the stream.</param>
    /// <param name="ids">Numbers of the rows, at most <see cref="ReplayCountMax"/>: their payloads are in memory together.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<List<ParkedPayload>> ReplayAsync(
        NpgsqlConnection connection, string stream, IReadOnlyCollection<long> ids, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ids.Count, ReplayCountMax);
        List<ParkedPayload> rows = await QueryAsync(
            connection,
            $"""
            update {_tables.Parked} set state = 'replaying', replay_count = replay_count + 1, last_time = clock_timestamp()
            where stream = $1 and id = any($2) and state <> 'resolved' and is_chunk and payload is not null and producer is not null
            returning id, consumer_group, message_id, producer, sequence, encoding, row_count, payload
            """,
            [P(stream), P(ids.ToArray())],
            reader => new ParkedPayload(
                reader.GetInt64(0), reader.GetString(1), reader.GetString(2), new StreamPosition(reader.GetInt32(3), reader.GetInt64(4)),
                reader.GetString(5), reader.GetInt32(6), reader.GetFieldValue<byte[]>(7)),
            cancellationToken);
        foreach (ParkedPayload row in rows)
        {
            await ExecuteAsync(
                connection,
                $"update {_tables.Seen} set state = 2 where stream = $1 and consumer_group = $2 and producer = $3 and sequence = $4 and state = 1",
                [P(stream), P(row.Group), P(row.Position.Producer), P(row.Position.Sequence)],
                cancellationToken);
            await ForgetTriesAsync(connection, stream, row.Group, row.Position, cancellationToken);
        }

        return [.. rows.OrderBy(row => row.Id)];
    }

    /// <summary>
    /// Hands what a replay made of a parked chunk on to the readers of the output stream, as chunks that are parked there and wait for a replay of their own: in the
    /// transaction that consumes the parked chunk. They count as produced and as dead, so that a stream that has ended stays whole. A piece that a reader knows
    /// already, since it was sent before its chunk was parked, is left as it is.
    /// </summary>
    /// <param name="connection">Connection inside the consuming transaction.</param>
    /// <param name="stream">Id of the output stream.</param>
    /// <param name="groups">All consumer groups of that stream.</param>
    /// <param name="pieces">The chunks, with positions of one producer.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="StreamException"><see cref="StreamException.NotFound"/>; <see cref="StreamException.NotOpen"/> when the stream is given up: roll back.</exception>
    public async Task HandOnAsync(
        NpgsqlConnection connection, string stream, IReadOnlyCollection<string> groups, IReadOnlyCollection<ParkedChunk> pieces, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(pieces);
        if (pieces.Count == 0)
        {
            return;
        }

        var bySequence = pieces.ToDictionary(piece => piece.Position!.Value.Sequence);
        int producer = pieces.First().Position!.Value.Producer;
        if (await ExecuteAsync(
            connection, $"update {_tables.Producers} set produced = produced + $3, total = total + $3 where stream = $1 and producer = $2",
            [P(stream), P(producer), P((long)pieces.Count)], cancellationToken) == 0)
        {
            throw StreamStore.NotFound($"{stream} with producer {producer}");
        }

        foreach (string group in groups.Order(StringComparer.Ordinal))
        {
            List<long> fresh = await QueryAsync(
                connection,
                $"""
                insert into {_tables.Seen} (stream, consumer_group, producer, sequence, state) select $1, $2, $3, q, 1 from unnest($4) as q
                on conflict do nothing returning sequence
                """,
                [P(stream), P(group), P(producer), P(bySequence.Keys.Order().ToArray())],
                reader => reader.GetInt64(0),
                cancellationToken);
            foreach (long sequence in fresh)
            {
                await InsertAsync(connection, stream, group, bySequence[sequence], cancellationToken);
            }

            await ExecuteAsync(
                connection,
                $"update {_tables.Counts} set total = total + $4, dead = dead + $5 where stream = $1 and consumer_group = $2 and producer = $3",
                [P(stream), P(group), P(producer), P((long)pieces.Count), P((long)fresh.Count)],
                cancellationToken);
            await ThrowIfAbortedAsync(connection, stream, group, cancellationToken);
        }
    }

    private Task ForgetTriesAsync(NpgsqlConnection connection, string stream, string group, StreamPosition position, CancellationToken cancellationToken) => ExecuteAsync(
        connection,
        $"""
        with failures as (delete from {_tables.Failures} where stream = $1 and consumer_group = $2 and producer = $3 and sequence = $4)
        delete from {_tables.Suspects} where stream = $1 and consumer_group = $2 and producer = $3 and sequence = $4
        """,
        [P(stream), P(group), P(position.Producer), P(position.Sequence)],
        cancellationToken);

    // Whoever gives the stream up waits for this lock: what he lists then is all that was parked. Taken last, as counting takes it: nobody waits in a circle.
    private async Task ThrowIfAbortedAsync(NpgsqlConnection connection, string stream, string group, CancellationToken cancellationToken)
    {
        object? state = await ScalarAsync(
            connection, $"select state from {_tables.Groups} where stream = $1 and consumer_group = $2 for share", [P(stream), P(group)], cancellationToken);
        if (state is "aborted")
        {
            throw new StreamException(StreamException.NotOpen, $"Stream {stream} is given up; nothing is parked there.");
        }
    }

    private Task InsertAsync(NpgsqlConnection connection, string stream, string group, ParkedChunk chunk, CancellationToken cancellationToken)
    {
        string detail = chunk.Detail[..Math.Min(2000, chunk.Detail.Length)].Replace('\0', ' ');
        detail += chunk.IsCut ? $" Of {chunk.ByteCount} bytes the first {chunk.Kept.Length} are kept: the chunk is cut and cannot be sent again." : "";
        return ExecuteAsync(
            connection,
            $"""
            insert into {_tables.Parked} as p (stream, consumer_group, message_id, producer, sequence, reason, detail, stack_hash, redelivery_count,
                encoding, row_count, byte_count, payload, is_chunk, pointer)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, '')
            on conflict (stream, consumer_group, message_id) do update
                set park_count = p.park_count + 1, state = 'parked', reason = excluded.reason, detail = excluded.detail, stack_hash = excluded.stack_hash,
                    redelivery_count = excluded.redelivery_count, last_time = clock_timestamp(),
                    {string.Join(", ", ((string[])["encoding", "row_count", "byte_count", "payload", "is_chunk"]).Select(Better))}
            """,
            [
                P(stream), P(group), P(chunk.MessageId), P(chunk.Position?.Producer, NpgsqlDbType.Integer), P(chunk.Position?.Sequence, NpgsqlDbType.Bigint), P(chunk.Reason), P(detail),
                P(StackHash(chunk.StackTrace)), P(chunk.RedeliveryCount), P(chunk.Encoding), P(chunk.RowCount), P(chunk.ByteCount),
                P(chunk.Kept, NpgsqlDbType.Bytea), P(chunk.IsChunk && !chunk.IsCut),
            ],
            cancellationToken);
    }

    // What is kept is kept, unless a later message brings what was missing.
    private static string Better(string column) =>
        $"{column} = case when p.payload is null or (excluded.is_chunk and not p.is_chunk) then excluded.{column} else p.{column} end";

    private static string StackHash(string stackTrace) =>
        stackTrace.Length == 0 ? "" : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(stackTrace)))[..16];
}

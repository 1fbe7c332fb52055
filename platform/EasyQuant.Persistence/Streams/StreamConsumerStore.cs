using EasyQuant.Persistence.Effects;
using EasyQuant.Persistence.Faults;
using Npgsql;
using static EasyQuant.Persistence.Streams.StreamSql;

namespace EasyQuant.Persistence.Streams;

/// <summary>
/// The consumers' side of streams. One transaction holds the fence, the keys of the chunks, their effects and the counters:
/// <see cref="ClaimAsync"/>, the effects of what is fresh, <see cref="CountAsync"/>, commit, then ack. <see cref="ConsumeAsync"/> is that sequence. Thread-safe.
/// </summary>
public sealed class StreamConsumerStore
{
    private readonly StreamTables _tables;
    private readonly EffectStore _effects;

    /// <summary>Creates the store of one schema; does not touch the database. The tables of <see cref="EffectStore"/> and <see cref="StreamStore"/> must exist.</summary>
    /// <param name="schema">Schema of the written data.</param>
    /// <exception cref="ArgumentException">The schema is not an identifier, see <see cref="SqlIdentifier"/>.</exception>
    public StreamConsumerStore(string schema)
    {
        _tables = new StreamTables(schema);
        _effects = new EffectStore(schema);
    }

    /// <summary>Fences the consumer and claims chunks. A concurrent claim of the same chunk waits for the other transaction to end.</summary>
    /// <param name="connection">Connection inside the transaction of the effects.</param>
    /// <param name="member">The consumer.</param>
    /// <param name="positions">Chunks, at most 10,000.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Which chunks are still to be done.</returns>
    /// <exception cref="EpochStaleException">The consumer is a zombie: roll back and stop.</exception>
    /// <exception cref="StreamException"><see cref="StreamException.NotFound"/>: the chunks belong to no stream or group that is known here; park or reject them.</exception>
    public async Task<StreamClaim> ClaimAsync(
        NpgsqlConnection connection, StreamMember member, IReadOnlyCollection<StreamPosition> positions, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(member);
        ArgumentNullException.ThrowIfNull(positions);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(positions.Count, 10_000);
        await _effects.FenceAsync(connection, member.Resource, member.Epoch, cancellationToken);
        object? state = await ScalarAsync(
            connection, $"select state from {_tables.Groups} where stream = $1 and consumer_group = $2", [P(member.Stream), P(member.Group)], cancellationToken);
        if (state is not string text)
        {
            throw StreamStore.NotFound($"{member.Stream} with group {member.Group}");
        }

        if (text == "aborted" || positions.Count == 0)
        {
            return new StreamClaim(State(text), []);
        }

        StreamPosition[] ordered = [.. positions.Distinct().OrderBy(p => p.Producer).ThenBy(p => p.Sequence)];
        List<StreamClaimedChunk> fresh = await QueryAsync(
            connection,
            $"""
            insert into {_tables.Seen} as s (stream, consumer_group, producer, sequence)
            select $1, $2, p, q from unnest($3, $4) as k(p, q)
            on conflict (stream, consumer_group, producer, sequence) do update set state = 0 where s.state = 2
            returning producer, sequence, xmax <> 0
            """,
            [P(member.Stream), P(member.Group), P(Array.ConvertAll(ordered, p => p.Producer)), P(Array.ConvertAll(ordered, p => p.Sequence))],
            reader => new StreamClaimedChunk(new StreamPosition(reader.GetInt32(0), reader.GetInt64(1)), reader.GetBoolean(2)),
            cancellationToken);
        if (fresh.Exists(chunk => chunk.IsReplay))
        {
            StreamPosition[] replayed = [.. fresh.Where(chunk => chunk.IsReplay).Select(chunk => chunk.Position)];
            await ExecuteAsync(
                connection,
                $"""
                update {_tables.Parked} p set state = 'resolved', payload = null, last_time = clock_timestamp() from unnest($3, $4) as k(producer, sequence)
                where p.stream = $1 and p.consumer_group = $2 and p.producer = k.producer and p.sequence = k.sequence
                """,
                [P(member.Stream), P(member.Group), P(Array.ConvertAll(replayed, p => p.Producer)), P(Array.ConvertAll(replayed, p => p.Sequence))],
                cancellationToken);
        }

        return new StreamClaim(State(text), [.. fresh.OrderBy(c => c.Position.Producer).ThenBy(c => c.Position.Sequence)]);
    }

    /// <summary>
    /// Adds to the counters, as the last statement before the commit, and completes the stream when this was what it waited for.
    /// Failpoint: <c>stream.count.before-lock</c>.
    /// </summary>
    /// <param name="connection">Connection inside the transaction that claimed the chunks.</param>
    /// <param name="member">The consumer.</param>
    /// <param name="counts">One entry a producer.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>State of the group when this transaction commits.</returns>
    /// <exception cref="StreamException"><see cref="StreamException.Surplus"/>: more chunks than the producer's total; roll back and ack. <see cref="StreamException.NotFound"/>.</exception>
    public async Task<StreamState> CountAsync(
        NpgsqlConnection connection, StreamMember member, IReadOnlyCollection<StreamCount> counts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(member);
        ArgumentNullException.ThrowIfNull(counts);
        bool isProducerComplete = false;
        // Always in the order of the producers: two consumers cannot wait for each other.
        foreach (StreamCount count in counts.OrderBy(c => c.Producer))
        {
            List<(long? Total, long Counted)> row = await QueryAsync(
                connection,
                $"""
                update {_tables.Counts} set done = done + $4, dead = dead + $5, row_count = row_count + $6, byte_count = byte_count + $7
                where stream = $1 and consumer_group = $2 and producer = $3 returning total, done + dead
                """,
                [P(member.Stream), P(member.Group), P(count.Producer), P(count.Done), P(count.Dead), P(count.Rows), P(count.Bytes)],
                reader => (reader.IsDBNull(0) ? (long?)null : reader.GetInt64(0), reader.GetInt64(1)),
                cancellationToken);
            if (row is not [var (total, counted)])
            {
                throw StreamStore.NotFound($"{member.Stream} with group {member.Group} and producer {count.Producer}");
            }

            if (counted > total)
            {
                throw new StreamException(
                    StreamException.Surplus, $"Producer {count.Producer} of stream {member.Stream} closed with {total} chunks; this would be number {counted}.");
            }

            isProducerComplete |= counted == total;
        }

        if (!isProducerComplete)
        {
            return StreamState.Open;
        }

        Failpoints.Hit("stream.count.before-lock");
        await CheckAsync(connection, _tables, member.Stream, cancellationToken);
        return State((string)(await ScalarAsync(
            connection, $"select state from {_tables.Groups} where stream = $1 and consumer_group = $2", [P(member.Stream), P(member.Group)], cancellationToken))!);
    }

    /// <summary>Consumes one chunk in a transaction of its own, again as a whole after a passing fault. Failpoints: <c>stream.consume.before-commit</c>, <c>stream.consume.after-commit</c>.</summary>
    /// <param name="dataSource">The database.</param>
    /// <param name="member">The consumer.</param>
    /// <param name="position">The chunk.</param>
    /// <param name="rowCount">Rows of the chunk.</param>
    /// <param name="byteCount">Bytes of the chunk.</param>
    /// <param name="effect">Makes the effect on the connection, inside the transaction; must not commit. Called once for each execution of the transaction.</param>
    /// <param name="cancellationToken">Ends the work; the transaction is then rolled back.</param>
    /// <returns>State of the group; ack the chunk in any case.</returns>
    /// <exception cref="EpochStaleException">The consumer is a zombie: stop, and do not ack.</exception>
    /// <exception cref="StreamException">As <see cref="ClaimAsync"/> and <see cref="CountAsync"/>.</exception>
    public Task<StreamState> ConsumeAsync(
        NpgsqlDataSource dataSource, StreamMember member, StreamPosition position, long rowCount, long byteCount,
        Func<NpgsqlConnection, CancellationToken, Task> effect, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(effect);
        return Transactions.RunAsync(
            dataSource,
            "stream.consume",
            async (connection, token) =>
            {
                StreamClaim claim = await ClaimAsync(connection, member, [position], token);
                if (claim.Fresh is not [var chunk])
                {
                    return claim.State;
                }

                await effect(connection, token);
                return await CountAsync(connection, member, [new StreamCount(position.Producer, 1, chunk.IsReplay ? -1 : 0, rowCount, byteCount)], token);
            },
            cancellationToken);
    }
}

using EasyQuant.Persistence.Effects;
using EasyQuant.Persistence.Faults;
using Npgsql;
using static EasyQuant.Persistence.Streams.StreamSql;

namespace EasyQuant.Persistence.Streams;

/// <summary>
/// The producers' side of streams. Replicas take producers (shards) by lease; each start has a higher epoch, and an old one can neither report nor close.
/// Every method works on the connection of the caller; the closing ones need a transaction. Thread-safe.
/// </summary>
public sealed class StreamProducerStore
{
    private const string IsFree = "p.lease_until is null or p.lease_until < clock_timestamp()";
    private const string Lowest = "order by p.producer limit 1 for no key update skip locked";
    private const string Free = $"({IsFree}) {Lowest}";
    private const string FreeForOwner = $"({IsFree} or p.owner = $2 or ($4 <> '' and starts_with(p.owner, $4) and not ($5 <> '' and starts_with(p.owner, $5)))) {Lowest}";

    private readonly StreamTables _tables;

    /// <summary>Creates the store of one schema; does not touch the database.</summary>
    /// <param name="schema">Schema of the written data.</param>
    /// <exception cref="ArgumentException">The schema is not an identifier, see <see cref="SqlIdentifier"/>.</exception>
    public StreamProducerStore(string schema) => _tables = new StreamTables(schema);

    /// <summary>Takes the lowest producer that is neither closed nor held by a live owner, under a new epoch.</summary>
    /// <param name="connection">Open connection.</param>
    /// <param name="stream">Id of the stream.</param>
    /// <param name="owner">Who takes it, for people, for example the worker and run.</param>
    /// <param name="leaseTime">How long it holds without <see cref="RenewAsync"/>, 1 s to 1 h, by the database's clock.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The lease; null when none is free or the stream is not open.</returns>
    public Task<StreamLease?> TakeAsync(NpgsqlConnection connection, string stream, string owner, TimeSpan leaseTime, CancellationToken cancellationToken) =>
        TakeAsync(connection, stream, Free, owner, leaseTime, [], cancellationToken);

    /// <summary>
    /// Takes the lowest producer that is neither closed nor held by a live owner, under a new epoch; what the owner itself or its predecessors hold counts as free. Repeatable: a call whose
    /// answer was lost is not waited for.
    /// </summary>
    /// <param name="connection">Open connection.</param>
    /// <param name="stream">Id of the stream.</param>
    /// <param name="owner">Who takes it.</param>
    /// <param name="leaseTime">How long it holds without <see cref="RenewAsync"/>, 1 s to 1 h, by the database's clock.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The lease; null when none is free or the stream is not open.</returns>
    public Task<StreamLease?> TakeAsync(NpgsqlConnection connection, string stream, StreamOwner owner, TimeSpan leaseTime, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(owner);
        return TakeAsync(connection, stream, FreeForOwner, owner.Name, leaseTime, [P(owner.Former), P(owner.Siblings)], cancellationToken);
    }

    /// <summary>Takes one producer under a new epoch, whoever held it before: the earlier owner is a zombie from now on.</summary>
    /// <param name="connection">Open connection.</param>
    /// <param name="stream">Id of the stream.</param>
    /// <param name="producer">Number of the producer.</param>
    /// <param name="owner">Who takes it.</param>
    /// <param name="leaseTime">How long it holds without <see cref="RenewAsync"/>, 1 s to 1 h.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The lease; null when the producer is closed already or the stream is not open.</returns>
    public Task<StreamLease?> TakeOverAsync(
        NpgsqlConnection connection, string stream, int producer, string owner, TimeSpan leaseTime, CancellationToken cancellationToken) =>
        TakeAsync(connection, stream, "p.producer = $4 for no key update", owner, leaseTime, [P(producer)], cancellationToken);

    /// <summary>Renews the lease and reports how far the producer's chunks are confirmed, so that a restart need not send them again.</summary>
    /// <param name="connection">Open connection.</param>
    /// <param name="lease">The lease.</param>
    /// <param name="nextSequence">First sequence that is not confirmed; never goes back.</param>
    /// <param name="leaseTime">How long it holds from now on.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="EpochStaleException">Another has taken the producer: stop at once.</exception>
    public async Task RenewAsync(NpgsqlConnection connection, StreamLease lease, long nextSequence, TimeSpan leaseTime, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        int rows = await ExecuteAsync(
            connection,
            $"""
            update {_tables.Producers} set lease_until = clock_timestamp() + $4, next_sequence = greatest(next_sequence, $5)
            where stream = $1 and producer = $2 and epoch = $3 and total is null
            """,
            [P(lease.Stream), P(lease.Producer), P(lease.Epoch), P(leaseTime), P(nextSequence)],
            cancellationToken);
        ThrowIfStale(rows, lease);
    }

    /// <summary>Gives the producer back, so that another replica can go on at once. Harmless when it is no longer held.</summary>
    /// <param name="connection">Open connection.</param>
    /// <param name="lease">The lease.</param>
    /// <param name="nextSequence">First sequence that is not confirmed.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task ReleaseAsync(NpgsqlConnection connection, StreamLease lease, long nextSequence, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return ExecuteAsync(
            connection,
            $"""
            update {_tables.Producers} set owner = null, lease_until = null, next_sequence = greatest(next_sequence, $4)
            where stream = $1 and producer = $2 and epoch = $3 and total is null
            """,
            [P(lease.Stream), P(lease.Producer), P(lease.Epoch), P(nextSequence)],
            cancellationToken);
    }

    /// <summary>
    /// Ends a producer after its last confirm. Repeatable with the same total. Completes the stream when this was what it waited for.
    /// Failpoint: <c>stream.close.before-lock</c>.
    /// </summary>
    /// <param name="connection">Connection inside a transaction.</param>
    /// <param name="lease">The lease.</param>
    /// <param name="total">Chunks that it sent in all, counted once each, from its very first start on.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="EpochStaleException">Another has taken the producer: roll back and stop.</exception>
    /// <exception cref="StreamException"><see cref="StreamException.TotalChanged"/>, <see cref="StreamException.Surplus"/> or <see cref="StreamException.NotOpen"/> (aborted).</exception>
    public async Task CloseAsync(NpgsqlConnection connection, StreamLease lease, long total, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentOutOfRangeException.ThrowIfNegative(total);
        int rows = await ExecuteAsync(
            connection,
            $"""
            update {_tables.Producers} p set total = $4, owner = null, lease_until = null, next_sequence = greatest(next_sequence, $4)
            where p.stream = $1 and producer = $2 and epoch = $3 and total is null
              and exists (select from {_tables.Streams} s where s.stream = p.stream and s.state = 'open')
            """,
            [P(lease.Stream), P(lease.Producer), P(lease.Epoch), P(total)],
            cancellationToken);
        if (rows == 0)
        {
            await ExplainAsync(connection, lease, total, cancellationToken);
            return;
        }

        await SpreadTotalAsync(connection, lease.Stream, lease.Producer, total, cancellationToken);
    }

    /// <summary>
    /// Counts chunks that a transform sent on for a producer of its output stream, in the transaction that consumes the input chunk: after a crash
    /// the same chunks are sent again and counted once.
    /// </summary>
    /// <param name="connection">Connection inside the consuming transaction.</param>
    /// <param name="stream">Id of the output stream.</param>
    /// <param name="producer">Number of the output producer; the same as that of the input chunk.</param>
    /// <param name="count">Chunks, at least 0.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="StreamException"><see cref="StreamException.NotFound"/>, or <see cref="StreamException.Surplus"/> when the producer is closed.</exception>
    public async Task AddProducedAsync(NpgsqlConnection connection, string stream, int producer, long count, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count == 0)
        {
            return;
        }

        List<bool> closed = await QueryAsync(
            connection,
            $"update {_tables.Producers} set produced = produced + $3 where stream = $1 and producer = $2 returning total is not null",
            [P(stream), P(producer), P(count)],
            reader => reader.GetBoolean(0),
            cancellationToken);
        if (closed is not [false])
        {
            throw closed.Count == 0
                ? StreamStore.NotFound($"{stream} with producer {producer}")
                : new StreamException(StreamException.Surplus, $"Producer {producer} of stream {stream} is closed and cannot send {count} more chunks.");
        }
    }

    /// <summary>
    /// Closes every producer of an output stream with what <see cref="AddProducedAsync"/> counted. Only when the input stream is completed for the
    /// transforming group. Repeatable; any replica may do it.
    /// </summary>
    /// <param name="connection">Connection inside a transaction.</param>
    /// <param name="stream">Id of the output stream.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Producers closed now.</returns>
    public async Task<int> CloseDerivedAsync(NpgsqlConnection connection, string stream, CancellationToken cancellationToken)
    {
        List<(int Producer, long Total)> closed = await QueryAsync(
            connection,
            $"""
            update {_tables.Producers} p set total = produced, owner = null, lease_until = null, next_sequence = greatest(next_sequence, produced)
            where p.stream = $1 and total is null and exists (select from {_tables.Streams} s where s.stream = p.stream and s.state = 'open')
            returning producer, total
            """,
            [P(stream)],
            reader => (reader.GetInt32(0), reader.GetInt64(1)),
            cancellationToken);
        foreach ((int producer, long total) in closed.OrderBy(row => row.Producer))
        {
            await SpreadTotalAsync(connection, stream, producer, total, cancellationToken);
        }

        return closed.Count;
    }

    private static void ThrowIfStale(int rows, StreamLease lease)
    {
        if (rows == 0)
        {
            throw new EpochStaleException($"{lease.Stream}/{lease.Producer}", lease.Epoch);
        }
    }

    // The choice says which producers may be taken, and speaks of the owner as $2 and of its own parameters from $4 on.
    private async Task<StreamLease?> TakeAsync(
        NpgsqlConnection connection, string stream, string choice, string owner, TimeSpan leaseTime, NpgsqlParameter[] choiceParameters, CancellationToken cancellationToken)
    {
        if (leaseTime < TimeSpan.FromSeconds(1) || leaseTime > TimeSpan.FromHours(1))
        {
            throw new ArgumentOutOfRangeException(nameof(leaseTime), $"`leaseTime` must be 1 s to 1 h, was {leaseTime}.");
        }

        List<StreamLease> taken = await QueryAsync(
            connection,
            $"""
            with free as (
                select p.producer from {_tables.Producers} p
                where p.stream = $1 and p.total is null and exists (select from {_tables.Streams} s where s.stream = p.stream and s.state = 'open') and {choice})
            update {_tables.Producers} t set epoch = t.epoch + 1, owner = $2, lease_until = clock_timestamp() + $3, start_count = t.start_count + 1
            from free where t.stream = $1 and t.producer = free.producer
            returning t.producer, t.epoch, t.next_sequence, t.start_count
            """,
            [P(stream), P(owner), P(leaseTime), .. choiceParameters],
            reader => new StreamLease(stream, reader.GetInt32(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt32(3)),
            cancellationToken);
        return taken is [var lease] ? lease : null;
    }

    private async Task ExplainAsync(NpgsqlConnection connection, StreamLease lease, long total, CancellationToken cancellationToken)
    {
        List<(long Epoch, long? Total, string State)> found = await QueryAsync(
            connection,
            $"select p.epoch, p.total, s.state from {_tables.Producers} p join {_tables.Streams} s using (stream) where p.stream = $1 and p.producer = $2",
            [P(lease.Stream), P(lease.Producer)],
            reader => (reader.GetInt64(0), reader.IsDBNull(1) ? (long?)null : reader.GetInt64(1), reader.GetString(2)),
            cancellationToken);
        if (found is not [var row])
        {
            throw StreamStore.NotFound($"{lease.Stream} with producer {lease.Producer}");
        }

        ThrowIfStale(row.Epoch == lease.Epoch ? 1 : 0, lease);
        if (row.Total is null)
        {
            throw new StreamException(StreamException.NotOpen, $"Stream {lease.Stream} is {row.State}; its producers cannot close.");
        }

        if (row.Total != total)
        {
            throw new StreamException(
                StreamException.TotalChanged, $"Producer {lease.Producer} of stream {lease.Stream} closed with {row.Total} chunks before and says {total} now.");
        }
    }

    private async Task SpreadTotalAsync(NpgsqlConnection connection, string stream, int producer, long total, CancellationToken cancellationToken)
    {
        List<(string Group, long Counted)> groups = await QueryAsync(
            connection,
            $"update {_tables.Counts} set total = $3 where stream = $1 and producer = $2 returning consumer_group, done + dead",
            [P(stream), P(producer), P(total)],
            reader => (reader.GetString(0), reader.GetInt64(1)),
            cancellationToken);
        foreach ((string group, long counted) in groups)
        {
            if (counted > total)
            {
                throw new StreamException(
                    StreamException.Surplus, $"Producer {producer} of stream {stream} closes with {total} chunks, but group {group} has counted {counted}: the source does not repeat itself.");
            }
        }

        if (groups.Exists(group => group.Counted == total))
        {
            Failpoints.Hit("stream.close.before-lock");
            await CheckAsync(connection, _tables, stream, cancellationToken);
        }
    }
}

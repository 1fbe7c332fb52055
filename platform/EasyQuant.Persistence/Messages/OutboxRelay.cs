using EasyQuant.Persistence.Faults;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace EasyQuant.Persistence.Messages;

/// <summary>
/// Empties an outbox: takes messages with SKIP LOCKED, publishes them pipelined, deletes the confirmed ones in the same
/// transaction and gives the others a later try. While the broker cannot be reached the messages stay as they are, so that they go out as soon as it is
/// back. Any number of replicas share the work; a message may go out more than once, always with the same id.
/// </summary>
public sealed partial class OutboxRelay : BackgroundService
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly OutboxPublish _publish;
    private readonly OutboxSignal _signal;
    private readonly OutboxRelayOptions _options;
    private readonly ILogger<OutboxRelay> _logger;
    private readonly string _take;
    private readonly string _delete;
    private readonly string _postpone;

    /// <summary>Creates the relay of one schema's outbox.</summary>
    /// <param name="dataSource">The database.</param>
    /// <param name="schema">The service's schema.</param>
    /// <param name="publish">Publishes to the broker.</param>
    /// <param name="signal">Woken by the outbox of this process.</param>
    /// <param name="options">Sizes and waits.</param>
    /// <param name="logger">Log.</param>
    public OutboxRelay(
        NpgsqlDataSource dataSource, string schema, OutboxPublish publish, OutboxSignal signal, OutboxRelayOptions options, ILogger<OutboxRelay> logger)
    {
        _dataSource = dataSource;
        _publish = publish;
        _signal = signal;
        _options = options;
        _logger = logger;
        string table = $"{SqlIdentifier.Quote(schema)}.outbox";
        _take =
            $"""
            select id, message_id, project_id, exchange, routing_key, type, correlation_id, traceparent, is_mandatory, body
            from {table} where next_try_time <= clock_timestamp() order by next_try_time, id limit $1 for update skip locked
            """;
        _delete = $"delete from {table} where id = any($1)";
        _postpone =
            $"""
            update {table} set attempt_count = attempt_count + 1,
                next_try_time = clock_timestamp() + least($2 * power(2, least(attempt_count, 16)), $3) * (0.75 + random() / 2) * interval '1 millisecond'
            where id = any($1)
            """;
    }

    /// <summary>
    /// Takes one batch. For tests and for draining at shutdown; the service calls it in its loop. Failpoints: <c>outbox.before-publish</c>,
    /// <c>outbox.before-confirm</c> (published, no answer yet), <c>outbox.after-publish</c> (confirmed, still in the table), <c>outbox.after-commit</c>.
    /// </summary>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Messages taken and messages confirmed.</returns>
    public async Task<(int TakenCount, int ConfirmedCount)> RelayOnceAsync(CancellationToken cancellationToken)
    {
        (int takenCount, int confirmedCount, _) = await RoundAsync(cancellationToken);
        return (takenCount, confirmedCount);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        TimeSpan awayDelay = _options.AwayDelayMax / 8;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                (int takenCount, int confirmedCount, bool isAway) = await RoundAsync(stoppingToken);
                if (isAway)
                {
                    // Whatever is written meanwhile: it could not be sent either.
                    await Task.Delay(awayDelay * (0.75 + (Random.Shared.NextDouble() / 4)), stoppingToken);
                    awayDelay = awayDelay * 2 < _options.AwayDelayMax ? awayDelay * 2 : _options.AwayDelayMax;
                    continue;
                }

                awayDelay = _options.AwayDelayMax / 8;
                if (takenCount < _options.BatchSizeMax || confirmedCount == 0)
                {
                    await _signal.WaitAsync(_options.PollInterval, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Outermost loop of the worker: whatever the world does, the messages are in the table and the next round takes them.
                LogRoundFailed(exception);
                await Task.Delay(_options.PollInterval * 2, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<(int TakenCount, int ConfirmedCount, bool IsAway)> RoundAsync(CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        (List<long> ids, List<OutboxMessage> messages) = await TakeAsync(connection, cancellationToken);
        if (ids.Count == 0)
        {
            return (0, 0, false);
        }

        Failpoints.Hit("outbox.before-publish");
        Task<IReadOnlyList<bool>?> publishing = _publish(messages, cancellationToken);
        Failpoints.Hit("outbox.before-confirm");
        IReadOnlyList<bool>? confirmed = await publishing;
        Failpoints.Hit("outbox.after-publish");
        if (confirmed is null)
        {
            // No message is at fault, so none waits longer for it.
            return (ids.Count, 0, true);
        }

        var done = new List<long>(ids.Count);
        var failed = new List<long>();
        for (int i = 0; i < ids.Count; i++)
        {
            (confirmed[i] ? done : failed).Add(ids[i]);
        }

        await FinishAsync(connection, done, failed, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Failpoints.Hit("outbox.after-commit");
        if (failed.Count > 0)
        {
            LogPostponed(failed.Count, ids.Count);
        }

        return (ids.Count, done.Count, false);
    }

    private async Task<(List<long> Ids, List<OutboxMessage> Messages)> TakeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var ids = new List<long>();
        var messages = new List<OutboxMessage>();
        await using var take = new NpgsqlCommand(_take, connection);
        take.Parameters.Add(new NpgsqlParameter<int> { TypedValue = _options.BatchSizeMax });
        await using NpgsqlDataReader reader = await take.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetInt64(0));
            messages.Add(new OutboxMessage
            {
                MessageId = reader.GetGuid(1),
                ProjectId = reader.GetString(2),
                Exchange = reader.GetString(3),
                RoutingKey = reader.GetString(4),
                Type = reader.GetString(5),
                CorrelationId = reader.GetString(6),
                TraceParent = reader.GetString(7),
                IsMandatory = reader.GetBoolean(8),
                Body = reader.GetFieldValue<byte[]>(9),
            });
        }

        return (ids, messages);
    }

    private async Task FinishAsync(NpgsqlConnection connection, List<long> done, List<long> failed, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        if (done.Count > 0)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(_delete) { Parameters = { Ids(done) } });
        }

        if (failed.Count > 0)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(_postpone)
            {
                Parameters =
                {
                    Ids(failed),
                    new NpgsqlParameter<double> { TypedValue = _options.RetryDelay.TotalMilliseconds },
                    new NpgsqlParameter<double> { TypedValue = _options.RetryDelayMax.TotalMilliseconds },
                },
            });
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlParameter<long[]> Ids(List<long> ids) =>
        new() { TypedValue = [.. ids], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };

    [LoggerMessage(100, LogLevel.Warning, "The broker did not confirm {FailedCount} of {TakenCount} messages; they are published again later.")]
    private partial void LogPostponed(int failedCount, int takenCount);

    [LoggerMessage(101, LogLevel.Warning, "A round of the outbox relay failed; the next one starts soon.")]
    private partial void LogRoundFailed(Exception exception);
}

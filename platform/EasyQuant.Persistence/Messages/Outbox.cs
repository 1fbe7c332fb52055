using Npgsql;
using NpgsqlTypes;

namespace EasyQuant.Persistence.Messages;

/// <summary>
/// Messages written in the transaction of the state change that they tell about. The table is in the service's own schema,
/// made by <see cref="Migrations.Migrator"/>. Thread-safe.
/// </summary>
public sealed class Outbox
{
    internal const string CreateTable =
        """
        create table if not exists outbox(
            id bigint generated always as identity primary key,
            message_id uuid not null,
            project_id text not null,
            exchange text not null,
            routing_key text not null,
            type text not null,
            correlation_id text not null,
            traceparent text not null,
            is_mandatory boolean not null,
            body bytea not null,
            create_time timestamptz not null default clock_timestamp(),
            attempt_count int not null default 0,
            next_try_time timestamptz not null default clock_timestamp()
        ) with (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
        create index if not exists outbox_next_try on outbox(next_try_time, id);
        """;

    private readonly string _insert;
    private readonly OutboxSignal _signal;

    /// <summary>Creates the outbox of a schema.</summary>
    /// <param name="schema">The service's schema.</param>
    /// <param name="signal">Wakes the relay of this process.</param>
    /// <exception cref="ArgumentException">The schema is not an identifier, see <see cref="SqlIdentifier"/>.</exception>
    public Outbox(string schema, OutboxSignal signal)
    {
        _signal = signal;
        _insert =
            $"""
            insert into {SqlIdentifier.Quote(schema)}.outbox(message_id, project_id, exchange, routing_key, type, correlation_id, traceparent, is_mandatory, body)
            select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::boolean[], $9::bytea[])
            """;
    }

    /// <summary>Writes messages inside the caller's transaction, in one statement; nothing for an empty list.</summary>
    /// <param name="connection">Connection inside the transaction of the state change.</param>
    /// <param name="messages">The messages; published in this order as long as none fails.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>When they are written; they go out after the commit.</returns>
    public async Task WriteAsync(NpgsqlConnection connection, IReadOnlyList<OutboxMessage> messages, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(messages);
        if (messages.Count == 0)
        {
            return;
        }

        await using var batch = new NpgsqlBatch(connection);
        AddTo(batch, messages);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Adds the one statement that writes the messages to a batch of the caller's transaction; nothing for an empty list.</summary>
    /// <param name="batch">The caller's batch.</param>
    /// <param name="messages">The messages; published in this order as long as none fails.</param>
    public void AddTo(NpgsqlBatch batch, IReadOnlyList<OutboxMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(messages);
        if (messages.Count == 0)
        {
            return;
        }

        var command = new NpgsqlBatchCommand(_insert);
        Add(command, NpgsqlDbType.Uuid, messages, message => message.MessageId);
        Add(command, NpgsqlDbType.Text, messages, message => message.ProjectId);
        Add(command, NpgsqlDbType.Text, messages, message => message.Exchange);
        Add(command, NpgsqlDbType.Text, messages, message => message.RoutingKey);
        Add(command, NpgsqlDbType.Text, messages, message => message.Type);
        Add(command, NpgsqlDbType.Text, messages, message => message.CorrelationId);
        Add(command, NpgsqlDbType.Text, messages, message => message.TraceParent);
        Add(command, NpgsqlDbType.Boolean, messages, message => message.IsMandatory);
        Add(command, NpgsqlDbType.Bytea, messages, message => message.Body.ToArray());
        batch.BatchCommands.Add(command);
    }

    /// <summary>Wakes the relay of this process. Called after the commit; without it messages go out at the next poll.</summary>
    public void Wake() => _signal.Set();

    private static void Add<T>(NpgsqlBatchCommand command, NpgsqlDbType type, IReadOnlyList<OutboxMessage> messages, Func<OutboxMessage, T> value)
    {
        var values = new T[messages.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = value(messages[i]);
        }

        command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type });
    }
}

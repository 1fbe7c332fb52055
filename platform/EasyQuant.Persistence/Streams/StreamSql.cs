using Npgsql;
using NpgsqlTypes;

namespace EasyQuant.Persistence.Streams;

/// <summary>Short forms of commands, and the completion check that closing, counting and polling share.</summary>
internal static class StreamSql
{
    public static NpgsqlParameter P<T>(T value) => new NpgsqlParameter<T> { TypedValue = value };

    public static NpgsqlParameter P(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };

    public static StreamState State(string text) => text switch
    {
        "open" => StreamState.Open,
        "completed" => StreamState.Completed,
        "aborted" => StreamState.Aborted,
        _ => throw new InvalidOperationException($"Unknown state of a stream: '{text}'."),
    };

    public static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Command(connection, sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Command(connection, sql, parameters);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    public static async Task<List<T>> QueryAsync<T>(
        NpgsqlConnection connection, string sql, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Command(connection, sql, parameters);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>
    /// Completes what is complete. Two transactions that finish two producers at the same time each miss the other's row, so the check is made under the
    /// lock of the stream and in a statement after it, which sees what was committed before the lock was given.
    /// </summary>
    public static async Task CheckAsync(NpgsqlConnection connection, StreamTables tables, string stream, CancellationToken cancellationToken)
    {
        object? state = await ScalarAsync(connection, $"select state from {tables.Streams} where stream = $1 for no key update", [P(stream)], cancellationToken);
        if (state as string != "open")
        {
            return;
        }

        await ExecuteAsync(
            connection,
            $"""
            update {tables.Groups} g set state = 'completed', end_time = clock_timestamp()
            where g.stream = $1 and g.state = 'open' and not exists (
                select from {tables.Counts} c where c.stream = g.stream and c.consumer_group = g.consumer_group and (c.total is null or c.done + c.dead < c.total))
            """,
            [P(stream)],
            cancellationToken);
        await ExecuteAsync(
            connection,
            $"""
            update {tables.Streams} s set state = 'completed', end_time = clock_timestamp()
            where s.stream = $1 and s.state = 'open' and not exists (select from {tables.Groups} g where g.stream = s.stream and g.state <> 'completed')
            """,
            [P(stream)],
            cancellationToken);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        return command;
    }
}

using Npgsql;
using NpgsqlTypes;

namespace EasyQuant.WorkflowService.Storage;

/// <summary>Short forms for parameters, so that a statement and its values stand on a few lines.</summary>
internal static class Pg
{
    public const string Schema = "workflow";

    public static NpgsqlParameter P(string value) => new NpgsqlParameter<string> { TypedValue = value };

    public static NpgsqlParameter P(int value) => new NpgsqlParameter<int> { TypedValue = value };

    public static NpgsqlParameter P(short value) => new NpgsqlParameter<short> { TypedValue = value };

    public static NpgsqlParameter P(long value) => new NpgsqlParameter<long> { TypedValue = value };

    public static NpgsqlParameter P(bool value) => new NpgsqlParameter<bool> { TypedValue = value };

    public static NpgsqlParameter P(Guid value) => new NpgsqlParameter<Guid> { TypedValue = value };

    public static NpgsqlParameter P(TimeSpan value) => new NpgsqlParameter<TimeSpan> { TypedValue = value };

    public static NpgsqlParameter P(DateTimeOffset value) =>
        new NpgsqlParameter<DateTime> { TypedValue = value.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    public static NpgsqlParameter Json(IReadOnlyDictionary<string, string> value) =>
        new NpgsqlParameter<string> { TypedValue = System.Text.Json.JsonSerializer.Serialize(value), NpgsqlDbType = NpgsqlDbType.Jsonb };

    public static NpgsqlParameter OrNull(Guid? value) =>
        new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid };

    public static NpgsqlParameter OrNull(DateTimeOffset? value) =>
        new() { Value = (object?)value?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    public static NpgsqlParameter OrNull(byte[]? value) =>
        new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea };

    public static NpgsqlParameter Many<TItem, TValue>(NpgsqlDbType type, IReadOnlyList<TItem> items, Func<TItem, TValue> value)
    {
        var values = new TValue[items.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = value(items[i]);
        }

        return new NpgsqlParameter<TValue[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };
    }

    public static NpgsqlParameter Ids(IReadOnlyList<Guid> ids) => Many(NpgsqlDbType.Uuid, ids, id => id);

    public static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (NpgsqlParameter parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }

    public static void Add(NpgsqlBatch batch, string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (NpgsqlParameter parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        batch.BatchCommands.Add(command);
    }

    public static DateTimeOffset? TimeOrNull(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : new DateTimeOffset(reader.GetDateTime(column), TimeSpan.Zero);

    public static byte[]? BytesOrNull(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<byte[]>(column);
}

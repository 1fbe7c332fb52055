using Npgsql;
using NpgsqlTypes;

namespace EasyQuant.MonitorService.Storage;

/// <summary>Short forms for typed parameters.</summary>
internal static class Sql
{
    public static void AddValue<T>(this NpgsqlParameterCollection parameters, T value) => parameters.Add(new NpgsqlParameter<T> { TypedValue = value });

    public static void AddTime(this NpgsqlParameterCollection parameters, DateTimeOffset? value) => parameters.Add(
        new NpgsqlParameter { Value = value is { } time ? time.UtcDateTime : DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });

    public static DateTimeOffset Time(this NpgsqlDataReader reader, int ordinal) => new(reader.GetDateTime(ordinal));

    public static DateTimeOffset? TimeOrNull(this NpgsqlDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? null : new DateTimeOffset(reader.GetDateTime(ordinal));
}

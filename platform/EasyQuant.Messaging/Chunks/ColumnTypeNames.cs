using EasyQuant.Data;

namespace EasyQuant.Messaging.Chunks;

/// <summary>Names of column types in JSON and MessagePack chunks, and the checks of a column that came.</summary>
internal static class ColumnTypeNames
{
    public static string Of(ColumnType type) => type.ToString().ToLowerInvariant();

    public static ColumnSchema Schema(string? name, string? type, long scale)
    {
        ColumnType found = type switch
        {
            "float64" => ColumnType.Float64,
            "int64" => ColumnType.Int64,
            "decimal" => ColumnType.Decimal,
            "date" => ColumnType.Date,
            "timestamp" => ColumnType.Timestamp,
            "bool" => ColumnType.Bool,
            "string" => ColumnType.String,
            _ => throw new ChunkException(
                ChunkException.Corrupt, $"Column `{name}` has type '{type}'; known are float64, int64, decimal, date, timestamp, bool and string."),
        };
        return Schema(name, found, scale);
    }

    public static ColumnSchema Schema(string? name, ColumnType type, long scale)
    {
        try
        {
            return new ColumnSchema(name ?? "", type, checked((int)scale));
        }
        catch (Exception exception) when (exception is ArgumentException or OverflowException)
        {
            throw new ChunkException(ChunkException.Corrupt, $"A column of the chunk cannot be: {exception.Message}");
        }
    }

    public static Table Build(TableBuilder builder)
    {
        try
        {
            return builder.Build();
        }
        catch (ArgumentException exception)
        {
            throw new ChunkException(ChunkException.Corrupt, exception.Message);
        }
    }

    public static TableBuilder Builder(IReadOnlyList<ColumnSchema> schema)
    {
        try
        {
            return new TableBuilder(schema);
        }
        catch (ArgumentException exception)
        {
            throw new ChunkException(ChunkException.Corrupt, exception.Message);
        }
    }

    public static void CheckDay(string column, int row, long day)
    {
        if (day is < EpochDays.Min or > EpochDays.Max)
        {
            throw new ChunkException(ChunkException.Corrupt, $"Column `{column}`, row {row}: day {day} is outside the years 1 to 9999.");
        }
    }

    public static ChunkException TooMany(string what, long count, int max) =>
        new(ChunkException.TooLarge, $"The payload has {count} {what} or more, at most {max} are accepted.");
}

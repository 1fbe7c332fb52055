using EasyQuant.Data;

namespace EasyQuant.Nodes.Data.Sql;

/// <summary>PostgreSQL types of table columns.</summary>
internal static class SqlTypes
{
    // 19 digits hold every 64-bit integer.
    public static string Of(ColumnSchema schema) => schema.Type switch
    {
        ColumnType.Float64 => "double precision",
        ColumnType.Int64 => "bigint",
        ColumnType.Decimal => $"numeric(19,{schema.Scale})",
        ColumnType.Date => "date",
        ColumnType.Timestamp => "timestamp with time zone",
        ColumnType.Bool => "boolean",
        _ => "text",
    };

    /// <summary>Whether a stored column of the type (as <c>format_type</c> prints it) takes the values exactly.</summary>
    public static bool Accepts(string stored, ColumnSchema schema)
    {
        if (stored == Of(schema))
        {
            return true;
        }

        return schema.Type switch
        {
            ColumnType.Decimal => stored == "numeric" || AcceptsNumeric(stored, schema.Scale),
            ColumnType.String => stored == "character varying",
            _ => false,
        };
    }

    private static bool AcceptsNumeric(string stored, int scale)
    {
        if (!stored.StartsWith("numeric(", StringComparison.Ordinal))
        {
            return false;
        }

        string[] parts = stored["numeric(".Length..^1].Split(',');
        return parts.Length == 2 && int.TryParse(parts[1], out int storedScale) && int.TryParse(parts[0], out int precision)
            && storedScale >= scale && precision - storedScale >= 19 - scale;
    }
}

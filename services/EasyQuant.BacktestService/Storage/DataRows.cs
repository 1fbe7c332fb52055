using EasyQuant.Data;
using EasyQuant.Persistence;
using EasyQuant.ServiceDefaults.Errors;
using Npgsql;
using StatusCode = global::Grpc.Core.StatusCode;

namespace EasyQuant.BacktestService.Storage;

/// <summary>Reads pages of saved tables in the order of their key; tables without a key in the order of storage. Thread-safe.</summary>
internal sealed class DataRows(NpgsqlDataSource dataSource)
{
    /// <summary>A page ends early at about this many bytes, so that it fits into a message.</summary>
    private const int PageBytesMax = 2 * 1024 * 1024;

    /// <summary>Reads one page.</summary>
    /// <param name="table">The table.</param>
    /// <param name="symbol">Keeps rows of this symbol; null keeps all.</param>
    /// <param name="after">Key of the last row of the page before, as text; empty for the first page.</param>
    /// <param name="rowCountMax">Rows of the page.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The rows, and the key of the last one when more may follow.</returns>
    /// <exception cref="RpcError">InvalidArgument COLUMN_NOT_FOUND or PAGE_TOKEN_INVALID; FailedPrecondition VALUE_OUT_OF_RANGE.</exception>
    public Task<(Table Rows, IReadOnlyList<string> Next)> ReadAsync(
        DataTable table, string? symbol, IReadOnlyList<string> after, int rowCountMax, CancellationToken cancellationToken)
    {
        if (symbol is not null && table.Column("symbol") is null)
        {
            throw RpcError.Invalid("COLUMN_NOT_FOUND", "symbol", $"The table \"{table.Name}\" has no column \"symbol\".");
        }

        return Transactions.ReadAsync(
            dataSource, (connection, token) => ReadAsync(connection, table, symbol, after, rowCountMax, token), cancellationToken);
    }

    private static async Task<(Table Rows, IReadOnlyList<string> Next)> ReadAsync(
        NpgsqlConnection connection, DataTable table, string? symbol, IReadOnlyList<string> after, int rowCountMax, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Command(connection, table, symbol, after, rowCountMax + 1);
        var builder = new TableBuilder([.. table.Columns.Select(column => new ColumnSchema(column.Name, column.Type, column.Scale))]);
        string[] key = [];
        int count = 0;
        long bytes = 0;
        try
        {
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                if (count == rowCountMax || bytes > PageBytesMax)
                {
                    return (builder.Build(), key);
                }

                for (int i = 0; i < table.Columns.Count; i++)
                {
                    bytes += Append(builder[i], table.Columns[i], reader, i);
                }

                key = KeyOf(reader, table);
                count++;
            }
        }
        catch (PostgresException e) when (after.Count > 0 && e.SqlState.StartsWith("22", StringComparison.Ordinal))
        {
            // The text of a key did not parse as the column's type any more.
            throw RpcError.Invalid("PAGE_TOKEN_INVALID", "page_token", "The page token does not fit the table; start with the first page.");
        }
        catch (OverflowException)
        {
            throw new RpcError(
                StatusCode.FailedPrecondition, "VALUE_OUT_OF_RANGE", $"A decimal of the table \"{table.Name}\" exceeds 64 bits at its scale.");
        }

        return (builder.Build(), []);
    }

    private static NpgsqlCommand Command(
        NpgsqlConnection connection, DataTable table, string? symbol, IReadOnlyList<string> after, int limit)
    {
        var command = new NpgsqlCommand { Connection = connection };
        bool hasKey = table.KeyColumns.Count > 0;
        string columns = string.Join(", ", table.Columns.Select(column => SqlIdentifier.Quote(column.Name) + (column.IsText ? "::text" : "")));
        string keys = hasKey ? string.Join(", ", table.KeyColumns.Select(column => "t." + SqlIdentifier.Quote(column.Name))) : "t.ctid";
        string keyTexts = hasKey ? string.Join(", ", table.KeyColumns.Select(column => "t." + SqlIdentifier.Quote(column.Name) + "::text")) : "t.ctid::text";
        List<string> filters = [];
        if (symbol is not null)
        {
            command.Add(symbol);
            filters.Add("\"symbol\" = $1");
        }

        if (after.Count > 0)
        {
            List<string> casts = [];
            for (int i = 0; i < after.Count; i++)
            {
                command.Add(after[i]);
                casts.Add($"${command.Parameters.Count}::text::{(hasKey ? table.KeyColumns[i].SqlType : "tid")}");
            }

            filters.Add($"({keys}) > ({string.Join(", ", casts)})");
        }

        command.Add(limit);
        string where = filters.Count == 0 ? "" : " where " + string.Join(" and ", filters);
        command.CommandText = $"select {columns}, {keyTexts} from {table.QualifiedName} t{where} order by {keys} limit ${command.Parameters.Count}";
        return command;
    }

    private static string[] KeyOf(NpgsqlDataReader reader, DataTable table)
    {
        string[] key = new string[Math.Max(1, table.KeyColumns.Count)];
        for (int i = 0; i < key.Length; i++)
        {
            key[i] = reader.GetString(table.Columns.Count + i);
        }

        return key;
    }

    private static int Append(ColumnBuilder builder, DataColumn column, NpgsqlDataReader reader, int ordinal)
    {
        if (reader.IsDBNull(ordinal))
        {
            builder.AppendNull();
            return 4;
        }

        switch (column.Type)
        {
            case ColumnType.Float64:
                builder.Append(reader.GetFieldValue<double>(ordinal));
                return 8;
            case ColumnType.Int64:
                builder.Append(reader.GetFieldValue<long>(ordinal));
                return 10;
            case ColumnType.Decimal:
                decimal value = reader.GetDecimal(ordinal);
                builder.AppendRaw(DecimalUnits.TryFromDecimal(value, column.Scale, out long units)
                    ? units
                    : throw new OverflowException($"{value} does not fit."));
                return 10;
            case ColumnType.Date:
                builder.Append(reader.GetFieldValue<DateOnly>(ordinal));
                return 4;
            case ColumnType.Timestamp:
                builder.Append(DateTime.SpecifyKind(reader.GetDateTime(ordinal), DateTimeKind.Utc));
                return 10;
            case ColumnType.Bool:
                builder.Append(reader.GetBoolean(ordinal));
                return 1;
            default:
                string text = reader.GetString(ordinal);
                builder.Append(text);
                return (text.Length * 3) + 2;
        }
    }
}

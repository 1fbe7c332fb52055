using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Persistence;
using Npgsql;
using NpgsqlTypes;

namespace EasyQuant.Nodes.Data.Sql;

/// <summary>One reading statement in a read-only transaction that is always rolled back.</summary>
internal sealed class TableQuery(ProjectDatabase database, string sql, JsonArray arguments, int rowsMax, TimeSpan timeout)
{
    public async Task<Table> RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        try
        {
            return await TransientRetry.WaitOutAsync(
                () => Transactions.ReadAsync(database.DataSource, ReadAsync, cancellationToken),
                e => execution.Progress(0, 0, SqlErrors.Waiting(e)),
                execution.Services.Time,
                cancellationToken);
        }
        catch (NpgsqlException e)
        {
            throw SqlErrors.ToNodeException(e, "The query failed");
        }
    }

    private async Task<Table> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // Rolled back at the end of the block, which also undoes settings that the statement made.
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        string milliseconds = ((long)timeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        await using (var settings = new NpgsqlCommand(
            $"set transaction read only; set local statement_timeout = {milliseconds}; set local search_path = {SqlIdentifier.Quote(database.Schema)}", connection))
        {
            await settings.ExecuteNonQueryAsync(cancellationToken);
        }

        Table table = await QueryAsync(connection, cancellationToken);
        await transaction.RollbackAsync(cancellationToken);

        // Session locks outlive the transaction, and the pool keeps the session.
        await using var unlock = new NpgsqlCommand("select pg_advisory_unlock_all()", connection);
        await unlock.ExecuteNonQueryAsync(cancellationToken);
        return table;
    }

    private async Task<Table> QueryAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // A batch command is sent as it is: the server refuses a second statement behind a semicolon.
        await using var batch = new NpgsqlBatch(connection) { Timeout = (int)timeout.TotalSeconds + 5 };
        var command = new NpgsqlBatchCommand(sql);
        foreach (JsonNode? argument in arguments)
        {
            command.Parameters.Add(Parameter(argument));
        }

        batch.BatchCommands.Add(command);
        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken);
        // What process groups keep for themselves is no data: `select *` means the columns of the user.
        (DbColumn Column, int Ordinal)[] columns = [.. (await reader.GetColumnSchemaAsync(cancellationToken)).Select((column, i) => (column, i))];
        columns = columns.All(one => SaveOrder.IsColumn(one.Column)) ? columns : [.. columns.Where(one => !SaveOrder.IsColumn(one.Column))];
        ColumnSchema[] schema = [.. columns.Select(one => Schema(one.Column))];
        string? twice = schema.GroupBy(s => s.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1)?.Key;
        if (twice is not null)
        {
            throw new NodeException("DB_TYPE_UNSUPPORTED", $"Two columns of the result are named `{twice}`; name one with `as`.");
        }

        var builder = new TableBuilder(schema);
        int count = 0;
        while (await reader.ReadAsync(cancellationToken))
        {
            if (++count > rowsMax)
            {
                batch.Cancel();
                throw new NodeException("DB_TOO_MANY_ROWS", $"The result has more than {rowsMax} rows; add a limit to the query or raise rowsMax.");
            }

            for (int c = 0; c < schema.Length; c++)
            {
                Append(builder[c], reader, columns[c].Ordinal);
            }
        }

        return builder.Build();
    }

    // Text without a type: the server takes it for whatever stands beside it, a date for example.
    private static NpgsqlParameter Parameter(JsonNode? argument) => argument?.GetValueKind() switch
    {
        null or JsonValueKind.Null => new NpgsqlParameter { Value = DBNull.Value },
        JsonValueKind.True or JsonValueKind.False => new NpgsqlParameter<bool> { TypedValue = argument.GetValue<bool>() },
        JsonValueKind.String => new NpgsqlParameter { Value = argument.GetValue<string>(), NpgsqlDbType = NpgsqlDbType.Unknown },
        JsonValueKind.Number => new NpgsqlParameter { Value = argument.ToJsonString(), NpgsqlDbType = NpgsqlDbType.Unknown },
        var kind => throw new NodeException("PARAMETER_TYPE", $"An argument of a query must be a text, number, true, false or null, was {kind}."),
    };

    private static ColumnSchema Schema(DbColumn column)
    {
        string name = column.ColumnName;
        ColumnType type = column.DataTypeName switch
        {
            "smallint" or "integer" or "bigint" => ColumnType.Int64,
            "real" or "double precision" => ColumnType.Float64,
            { } t when t.StartsWith("numeric", StringComparison.Ordinal) => IsUnbound(column) ? ColumnType.Float64 : ColumnType.Decimal,
            "date" => ColumnType.Date,
            { } t when t.StartsWith("timestamp", StringComparison.Ordinal) => ColumnType.Timestamp,
            "boolean" => ColumnType.Bool,
            { } t when t is "text" or "uuid" or "name" || t.StartsWith("character", StringComparison.Ordinal) => ColumnType.String,
            var other => throw new NodeException("DB_TYPE_UNSUPPORTED", $"Column `{name}` is {other}; cast it to text, numeric(p,s), bigint, date or another simple type."),
        };
        return new ColumnSchema(name, type, type == ColumnType.Decimal ? column.NumericScale ?? 0 : 0);
    }

    // A numeric without precision (an average, for example) has no scale; it is an estimate.
    private static bool IsUnbound(DbColumn column) => column.NumericPrecision is null or 0 || column.NumericScale is < 0 or > ColumnSchema.ScaleMax;

    private static void Append(ColumnBuilder builder, NpgsqlDataReader reader, int c)
    {
        if (reader.IsDBNull(c))
        {
            builder.AppendNull();
            return;
        }

        switch (builder.Schema.Type)
        {
            case ColumnType.Int64: builder.Append(reader.GetInt64(c)); break;
            case ColumnType.Float64: builder.Append(ToDouble(reader, c)); break;
            case ColumnType.Decimal: builder.Append(reader.GetDecimal(c)); break;
            case ColumnType.Date: builder.Append(reader.GetFieldValue<DateOnly>(c)); break;
            case ColumnType.Timestamp: builder.Append(DateTime.SpecifyKind(reader.GetDateTime(c), DateTimeKind.Utc)); break;
            case ColumnType.Bool: builder.Append(reader.GetBoolean(c)); break;
            default: builder.Append(Convert.ToString(reader.GetValue(c), CultureInfo.InvariantCulture)); break;
        }
    }

    private static double ToDouble(NpgsqlDataReader reader, int c) => reader.GetFieldType(c) switch
    {
        { } t when t == typeof(float) => reader.GetFloat(c),
        { } t when t == typeof(decimal) => (double)reader.GetDecimal(c),
        _ => reader.GetDouble(c),
    };
}

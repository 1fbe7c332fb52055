using EasyQuant.Data;
using EasyQuant.Persistence;
using EasyQuant.ServiceDefaults.Errors;
using Npgsql;
using StatusCode = global::Grpc.Core.StatusCode;

namespace EasyQuant.BacktestService.Storage;

/// <summary>
/// Reads saved tables of ticks. Every statement reads a page by symbol and time, which no time of a symbol is split over. Rows of one symbol and time come by the table's
/// key, then by their values, so that the same rows always come in the same order. Thread-safe.
/// </summary>
internal sealed class TickRows(NpgsqlDataSource dataSource)
{
    private const int PageRows = 50_000;
    private const int PriceScale = 4;
    private const string Where = "(cardinality($1::text[]) = 0 or symbol = any($1)) and time >= $2 and time < $3";
    private static readonly string[] s_required = ["symbol", "time", "last", "volume"];

    /// <summary>Checks that a table holds ticks.</summary>
    /// <exception cref="RpcError">FailedPrecondition TABLE_NOT_TICKS.</exception>
    public static void RequireTicks(DataTable table)
    {
        string[] missing = [.. s_required.Where(name => table.Column(name) is null)];
        if (missing.Length > 0 || !table.Column("time")!.SqlType.EndsWith("with time zone", StringComparison.Ordinal) || table.Column("symbol")!.Type != ColumnType.String)
        {
            throw new RpcError(
                StatusCode.FailedPrecondition,
                "TABLE_NOT_TICKS",
                $"The table \"{table.Name}\" does not hold ticks; it needs the columns {string.Join(", ", s_required)}"
                + (missing.Length > 0 ? $" and lacks {string.Join(", ", missing)}." : ", with symbol as text and time as timestamp with time zone."));
        }
    }

    /// <summary>True when the table holds a tick that the filter keeps.</summary>
    public Task<bool> AnyAsync(DataTable table, BarFilter filter, TimeSpan utcOffset, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, async (connection, token) =>
        {
            await using var command = new NpgsqlCommand($"select exists(select 1 from {table.QualifiedName} where {Where})", connection);
            AddFilter(command, filter, utcOffset);
            return (bool)(await command.ExecuteScalarAsync(token))!;
        }, cancellationToken);

    /// <summary>Reads all ticks that the filter keeps, ordered by symbol and time.</summary>
    /// <param name="table">The table.</param>
    /// <param name="filter">Symbols and local days.</param>
    /// <param name="utcOffset">Local time less UTC.</param>
    /// <param name="tickCountMax">Most ticks.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="RpcError">ResourceExhausted LIMIT_EXCEEDED beyond <paramref name="tickCountMax"/>; VALUE_NOT_FINITE or VALUE_NEGATIVE.</exception>
    public async Task<Table> ReadAsync(DataTable table, BarFilter filter, TimeSpan utcOffset, int tickCountMax, CancellationToken cancellationToken)
    {
        List<Table> pages = [];
        long count = 0;
        (string Symbol, DateTime Time) after = ("", s_first);
        while (true)
        {
            Table page = await ReadPageAsync(table, filter, utcOffset, after, tickCountMax - count, cancellationToken);
            count += page.RowCount;
            pages.Add(page);
            if (page.RowCount < PageRows)
            {
                return Table.Concat(pages);
            }

            after = (page.GetColumn<StringColumn>("symbol").GetString(page.RowCount - 1)!,
                DateTime.UnixEpoch.AddMicroseconds(page.GetColumn<TimestampColumn>("time").Micros[page.RowCount - 1]));
        }
    }

    private Task<Table> ReadPageAsync(
        DataTable table, BarFilter filter, TimeSpan utcOffset, (string Symbol, DateTime Time) after, long rowCountMax, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, async (connection, token) =>
        {
            string[] quotes = [.. new[] { "bid", "ask" }.Where(name => table.Column(name) is not null)];
            string[] ties = [.. table.KeyColumns.Select(column => column.Name).Concat(["last", "volume", .. quotes]).Distinct().Except(["symbol", "time"])];
            string select =
                $"""
                select symbol, (extract(epoch from time) * 1000000)::bigint, {BarRows.Units("last")}, {BarRows.Whole("volume::numeric")}{string.Concat(quotes.Select(one => ", " + BarRows.Units(one)))}
                from (select * from {table.QualifiedName} where {Where} and (symbol, time) > ($4, $5)
                    order by symbol, time fetch first {PageRows} rows with ties) page
                order by symbol, time, {string.Join(", ", ties.Select(SqlIdentifier.Quote))}
                """;
            await using var command = new NpgsqlCommand(select, connection);
            AddFilter(command, filter, utcOffset);
            command.Add(after.Symbol).Add(after.Time);
            return await ReadTableAsync(command, quotes, rowCountMax, token);
        }, cancellationToken);

    // Instants that PostgreSQL has and that leave room for the offset.
    private static readonly DateTime s_first = new(1, 1, 3, 0, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime s_last = new(9999, 12, 29, 0, 0, 0, DateTimeKind.Utc);

    private static void AddFilter(NpgsqlCommand command, BarFilter filter, TimeSpan utcOffset) => command
        .Add(filter.Symbols)
        .Add(filter.StartDate == DateOnly.MinValue ? s_first : filter.StartDate.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc) - utcOffset)
        .Add(filter.EndDate == DateOnly.MaxValue ? s_last : filter.EndDate.AddDays(1).ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc) - utcOffset);

    private static async Task<Table> ReadTableAsync(NpgsqlCommand command, string[] quotes, long rowCountMax, CancellationToken cancellationToken)
    {
        ColumnSchema[] schema =
        [
            new("symbol", ColumnType.String), new("time", ColumnType.Timestamp), new("last", ColumnType.Decimal, PriceScale), new("volume", ColumnType.Int64),
            .. quotes.Select(name => new ColumnSchema(name, ColumnType.Decimal, PriceScale)),
        ];
        var builder = new TableBuilder(schema);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        for (long row = 0; await reader.ReadAsync(cancellationToken); row++)
        {
            if (row >= rowCountMax)
            {
                throw new RpcError(StatusCode.ResourceExhausted, "LIMIT_EXCEEDED", "A backtest may not read so many ticks (Backtest:BarCountMax); name fewer symbols or days.");
            }

            builder[0].Append(reader.GetString(0));
            builder[1].AppendRaw(reader.GetInt64(1));
            for (int i = 2; i < schema.Length; i++)
            {
                if (reader.IsDBNull(i))
                {
                    builder[i].AppendNull();
                }
                else
                {
                    builder[i].AppendRaw(Checked(reader, schema[i].Name, i));
                }
            }
        }

        return builder.Build();
    }

    private static long Checked(NpgsqlDataReader reader, string column, int ordinal)
    {
        long value = reader.GetInt64(ordinal);
        return BarRows.FaultOf(value) is { } fault
            ? throw new RpcError(
                StatusCode.FailedPrecondition,
                fault.Reason,
                $"\"{column}\" of {reader.GetString(0)} at {DateTime.UnixEpoch.AddMicroseconds(reader.GetInt64(1)):O} {fault.Text}.")
            : value;
    }
}

using EasyQuant.Data;
using EasyQuant.Persistence;
using EasyQuant.ServiceDefaults.Errors;
using Npgsql;
using StatusCode = global::Grpc.Core.StatusCode;

namespace EasyQuant.BacktestService.Storage;

/// <summary>Reads saved tables of daily bars. Every statement reads a bounded page by key, so the server's time-out suffices for any table. Thread-safe.</summary>
internal sealed class BarRows(NpgsqlDataSource dataSource)
{
    private const int PageRows = 50_000;
    private const int PriceScale = 4;
    private static readonly string[] s_required = ["symbol", "trading_date", "open", "high", "low", "close", "volume"];

    /// <summary>Checks that a table holds daily bars.</summary>
    /// <exception cref="RpcError">FailedPrecondition TABLE_NOT_BARS.</exception>
    public static void RequireBars(DataTable table)
    {
        string[] missing = [.. s_required.Where(name => table.Column(name) is null)];
        if (missing.Length > 0 || table.Column("trading_date")!.Type != ColumnType.Date || table.Column("symbol")!.Type != ColumnType.String)
        {
            throw new RpcError(
                StatusCode.FailedPrecondition,
                "TABLE_NOT_BARS",
                $"The table \"{table.Name}\" does not hold daily bars; it needs the columns {string.Join(", ", s_required)}"
                + (missing.Length > 0 ? $" and lacks {string.Join(", ", missing)}." : ", with symbol as text and trading_date as date."));
        }
    }

    /// <summary>True when the table holds a bar that the filter keeps.</summary>
    public Task<bool> AnyAsync(DataTable table, BarFilter filter, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(
                $"select exists(select 1 from {table.QualifiedName} where {Where})", connection);
            AddFilter(command, filter);
            return (bool)(await command.ExecuteScalarAsync(token))!;
        }, cancellationToken);

    /// <summary>Returns the day some trading days of the filter's symbols before its first day; that day when there are none before it.</summary>
    /// <param name="table">The table.</param>
    /// <param name="filter">Symbols and first day.</param>
    /// <param name="dayCount">Trading days, at least 0; as many as the table has.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    public async Task<DateOnly> FirstDayAsync(DataTable table, BarFilter filter, int dayCount, CancellationToken cancellationToken) =>
        dayCount == 0 || filter.StartDate == DateOnly.MinValue ? filter.StartDate : await Transactions.ReadAsync(dataSource, async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(
                $"""
                select coalesce(min(trading_date), $2) from (select distinct trading_date from {table.QualifiedName}
                where (cardinality($1::text[]) = 0 or symbol = any($1)) and trading_date < $2 order by trading_date desc limit $3) days
                """,
                connection);
            command.Add(filter.Symbols).Add(filter.StartDate).Add(dayCount);
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
            await reader.ReadAsync(token);
            return reader.GetFieldValue<DateOnly>(0);
        }, cancellationToken);

    /// <summary>Returns the symbols of a list that the table holds no bar of, on any day, in order of the list.</summary>
    public Task<List<string>> UnknownAsync(DataTable table, string[] symbols, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(
                $"""
                select wanted.symbol from unnest($1::text[]) with ordinality as wanted(symbol, place)
                where not exists (select 1 from {table.QualifiedName} t where t.symbol = wanted.symbol) order by place
                """,
                connection);
            command.Add(symbols);
            List<string> unknown = [];
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
            while (await reader.ReadAsync(token))
            {
                unknown.Add(reader.GetString(0));
            }

            return unknown;
        }, cancellationToken);

    /// <summary>Reads all bars that the filter keeps as a canonical table, ordered by symbol and date.</summary>
    /// <exception cref="RpcError">ResourceExhausted LIMIT_EXCEEDED beyond <paramref name="barCountMax"/>.</exception>
    public async Task<Table> ReadAsync(DataTable table, BarFilter filter, int barCountMax, CancellationToken cancellationToken)
    {
        List<Table> pages = [];
        long count = 0;
        (string Symbol, DateOnly Date) after = ("", DateOnly.MinValue);
        while (true)
        {
            Table page = await ReadPageAsync(table, filter, after, PageRows, cancellationToken);
            count += page.RowCount;
            if (count > barCountMax)
            {
                throw new RpcError(StatusCode.ResourceExhausted, "LIMIT_EXCEEDED", $"A backtest may read at most {barCountMax} bars; name fewer symbols or days.");
            }

            pages.Add(page);
            if (page.RowCount < PageRows)
            {
                return Table.Concat(pages);
            }

            after = (page.GetColumn<StringColumn>("symbol").GetString(page.RowCount - 1)!,
                page.GetColumn<DateColumn>("trading_date").GetDate(page.RowCount - 1));
        }
    }

    /// <summary>Reads one page of canonical bars after a key.</summary>
    public Task<Table> ReadPageAsync(
        DataTable table, BarFilter filter, (string Symbol, DateOnly Date) after, int rowCountMax, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, async (connection, token) =>
        {
            bool hasPreviousClose = table.Column("pre_close") is not null;
            bool hasAmount = table.Column("amount") is not null;
            string select =
                $"""
                select symbol, trading_date, {Units("open")}, {Units("high")}, {Units("low")}, {Units("close")}, {Whole("volume::numeric")},
                    {(hasAmount ? Units("amount") : "null::bigint")}, {(hasPreviousClose ? Units("pre_close") : "null::bigint")}
                from {table.QualifiedName} where {Where} and (symbol, trading_date) > ($4, $5)
                order by symbol, trading_date limit $6
                """;
            await using var command = new NpgsqlCommand(select, connection);
            AddFilter(command, filter);
            command.Add(after.Symbol).Add(after.Date).Add(rowCountMax);
            return await ReadTableAsync(command, hasAmount, hasPreviousClose, token);
        }, cancellationToken);

    /// <summary>Lists symbols in order, those after <paramref name="after"/>.</summary>
    public Task<List<InstrumentRow>> ListAsync(DataTable table, string after, int countMax, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(
                $"""
                select symbol, min(trading_date), max(trading_date), count(*) from {table.QualifiedName}
                where symbol > $1 group by symbol order by symbol limit $2
                """,
                connection);
            command.Add(after).Add(countMax);
            var rows = new List<InstrumentRow>();
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
            while (await reader.ReadAsync(token))
            {
                rows.Add(new InstrumentRow(
                    reader.GetString(0), reader.GetFieldValue<DateOnly>(1), reader.GetFieldValue<DateOnly>(2), reader.GetInt64(3)));
            }

            return rows;
        }, cancellationToken);

    // Leaves room for the sums of the engine.
    private const long WholeMax = 2_000_000_000_000_000_000;
    private const string Where = "(cardinality($1::text[]) = 0 or symbol = any($1)) and trading_date between $2 and $3";

    /// <summary>SQL that reads a price column in units of 0.0001.</summary>
    internal static string Units(string column) => Whole($"{column}::numeric * 10000");

    // NaN, infinity and numbers beyond 64 bits become the least number, which no bar holds.

    /// <summary>SQL that reads a number as an integer that <see cref="FaultOf"/> understands.</summary>
    internal static string Whole(string value) =>
        $"case when abs({value}) <= {WholeMax} then round({value})::bigint when {value} is not null then {long.MinValue} end";

    private static void AddFilter(NpgsqlCommand command, BarFilter filter) =>
        command.Add(filter.Symbols).Add(filter.StartDate).Add(filter.EndDate);

    private static async Task<Table> ReadTableAsync(
        NpgsqlCommand command, bool hasAmount, bool hasPreviousClose, CancellationToken cancellationToken)
    {
        List<ColumnSchema> schema =
        [
            new("symbol", ColumnType.String),
            new("trading_date", ColumnType.Date),
            new("open", ColumnType.Decimal, PriceScale),
            new("high", ColumnType.Decimal, PriceScale),
            new("low", ColumnType.Decimal, PriceScale),
            new("close", ColumnType.Decimal, PriceScale),
            new("volume", ColumnType.Int64),
        ];
        List<int> numbers = [2, 3, 4, 5, 6];
        if (hasAmount)
        {
            schema.Add(new ColumnSchema("amount", ColumnType.Decimal, PriceScale));
            numbers.Add(7);
        }

        if (hasPreviousClose)
        {
            schema.Add(new ColumnSchema("pre_close", ColumnType.Decimal, PriceScale));
            numbers.Add(8);
        }

        var builder = new TableBuilder(schema);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            builder[0].Append(reader.GetString(0));
            builder[1].Append(reader.GetFieldValue<DateOnly>(1));
            for (int i = 0; i < numbers.Count; i++)
            {
                if (reader.IsDBNull(numbers[i]))
                {
                    builder[i + 2].AppendNull();
                }
                else
                {
                    builder[i + 2].AppendRaw(Checked(reader, schema[i + 2].Name, numbers[i]));
                }
            }
        }

        return builder.Build();
    }

    /// <summary>Says what is wrong with a value that <see cref="Whole"/> read; null when nothing is.</summary>
    internal static (string Reason, string Text)? FaultOf(long value) => value switch
    {
        long.MinValue => ("VALUE_NOT_FINITE", "is not a number, infinite or too large"),
        < 0 => ("VALUE_NEGATIVE", "is negative"),
        _ => null,
    };

    private static long Checked(NpgsqlDataReader reader, string column, int ordinal)
    {
        long value = reader.GetInt64(ordinal);
        return FaultOf(value) is { } fault
            ? throw new RpcError(
                StatusCode.FailedPrecondition,
                fault.Reason,
                $"\"{column}\" of {reader.GetString(0)} on {reader.GetFieldValue<DateOnly>(1):yyyy-MM-dd} {fault.Text}.")
            : value;
    }
}

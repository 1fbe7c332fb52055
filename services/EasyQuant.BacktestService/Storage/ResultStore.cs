using EasyQuant.BacktestSandbox.Computing;
using EasyQuant.Data;
using EasyQuant.Persistence;
using Npgsql;
using NpgsqlTypes;

namespace EasyQuant.BacktestService.Storage;

/// <summary>The tables of results, kept in pieces of some thousand rows. Thread-safe.</summary>
internal sealed class ResultStore(NpgsqlDataSource dataSource)
{
    /// <summary>Stores pieces within the transaction that ends the backtest.</summary>
    public static async Task InsertAsync(
        NpgsqlConnection connection, Guid backtestId, IReadOnlyList<ResultChunk> chunks, CancellationToken cancellationToken)
    {
        await using NpgsqlBinaryImporter writer = await connection.BeginBinaryImportAsync(
            "copy backtest.result_chunks(backtest_id, table_name, first_row, row_count, content) from stdin (format binary)", cancellationToken);
        foreach (ResultChunk chunk in chunks)
        {
            await writer.StartRowAsync(cancellationToken);
            await writer.WriteAsync(backtestId, NpgsqlDbType.Uuid, cancellationToken);
            await writer.WriteAsync(chunk.Table, NpgsqlDbType.Text, cancellationToken);
            await writer.WriteAsync(chunk.FirstRow, NpgsqlDbType.Bigint, cancellationToken);
            await writer.WriteAsync(chunk.RowCount, NpgsqlDbType.Integer, cancellationToken);
            await writer.WriteAsync(chunk.Content, NpgsqlDbType.Bytea, cancellationToken);
        }

        await writer.CompleteAsync(cancellationToken);
    }

    /// <summary>Stores texts within the transaction that ends the backtest.</summary>
    public static async Task InsertAsync(
        NpgsqlConnection connection, Guid backtestId, IReadOnlyList<ResultDocument> documents, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "insert into backtest.result_documents(backtest_id, name, content) select $1, * from unnest($2::text[], $3::text[])", connection);
        command.Add(backtestId)
            .Add(documents.Select(document => document.Name).ToArray())
            .Add(documents.Select(document => document.Content).ToArray());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Reads a text of a result; null when there is none.</summary>
    public Task<string?> ReadDocumentAsync(string projectId, Guid backtestId, string name, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, async (connection, token) =>
        {
            const string Select =
                """
                select d.content from backtest.result_documents d join backtest.backtests b using (backtest_id)
                where b.project_id = $1 and b.backtest_id = $2 and d.name = $3
                """;
            await using var command = new NpgsqlCommand(Select, connection);
            command.Add(projectId).Add(backtestId).Add(name);
            return (string?)await command.ExecuteScalarAsync(token);
        }, cancellationToken);

    /// <summary>Reads rows of a result table.</summary>
    /// <param name="projectId">The caller's project.</param>
    /// <param name="backtestId">The backtest.</param>
    /// <param name="table">Name of the result table.</param>
    /// <param name="firstRow">First row, from 0.</param>
    /// <param name="rowCountMax">Most rows.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The rows and the number of rows of the whole table; null before the end of the backtest.</returns>
    public Task<(Table Rows, long Total)?> ReadAsync(
        string projectId, Guid backtestId, string table, long firstRow, int rowCountMax, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, async (connection, token) =>
        {
            const string Select =
                """
                with pieces as (
                    select c.first_row, c.row_count from backtest.result_chunks c join backtest.backtests b using (backtest_id)
                    where b.project_id = $1 and b.backtest_id = $2 and c.table_name = $3)
                select p.first_row, (select coalesce(sum(row_count), 0)::bigint from pieces), c.content
                from pieces p join backtest.result_chunks c on c.backtest_id = $2 and c.table_name = $3 and c.first_row = p.first_row
                where (p.first_row < $4 + $5 and p.first_row + p.row_count > $4) or p.first_row = 0
                order by p.first_row
                """;
            await using var command = new NpgsqlCommand(Select, connection);
            command.Add(projectId).Add(backtestId).Add(table).Add(firstRow).Add((long)rowCountMax);
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
            List<Table> parts = [];
            long total = 0;
            while (await reader.ReadAsync(token))
            {
                long start = reader.GetInt64(0);
                total = reader.GetInt64(1);
                Table piece = TableFile.Read(await reader.GetFieldValueAsync<byte[]>(2, token));
                // The first piece is always read: it knows the columns, also for a page beyond the end.
                long from = Math.Clamp(firstRow - start, 0, piece.RowCount);
                long to = Math.Clamp(firstRow + rowCountMax - start, from, piece.RowCount);
                parts.Add(piece.Slice((int)from, (int)(to - from)));
            }

            return parts.Count == 0 ? null : ((Table, long)?)(Table.Concat(parts), total);
        }, cancellationToken);
}

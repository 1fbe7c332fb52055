using EasyQuant.Persistence;
using Npgsql;

namespace EasyQuant.BacktestService.Storage;

/// <summary>The rule books that projects added. Thread-safe.</summary>
internal sealed class RuleBookStore(NpgsqlDataSource dataSource)
{
    /// <summary>Most rule books of a project.</summary>
    public const int CountMax = 1_000;

    /// <summary>Finds a rule book of the project; null when there is none.</summary>
    public Task<RuleBookRow?> FindAsync(string projectId, string version, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(
                "select version, rule_count, create_time, content from backtest.rule_books where project_id = $1 and version = $2", connection);
            command.Add(projectId).Add(version);
            return (await ReadAsync(command, token)).FirstOrDefault();
        }, cancellationToken);

    /// <summary>Lists the rule books of the project by version, at most <see cref="CountMax"/>, without their text.</summary>
    public Task<List<RuleBookRow>> ListAsync(string projectId, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, (connection, token) =>
        {
            var command = new NpgsqlCommand(
                "select version, rule_count, create_time, '' from backtest.rule_books where project_id = $1 order by version collate \"C\" limit $2", connection);
            command.Add(projectId).Add(CountMax);
            return ReadAsync(command, token);
        }, cancellationToken);

    /// <summary>Stores a rule book unless its version is there; false when the project has too many.</summary>
    public Task<bool> AddAsync(string projectId, RuleBookRow row, CancellationToken cancellationToken) =>
        Transactions.RunAsync(dataSource, "rule_books.add", async (connection, token) =>
        {
            const string Insert =
                """
                insert into backtest.rule_books(project_id, version, content, rule_count)
                select $1, $2, $3, $4
                where (select count(*) from backtest.rule_books where project_id = $1) < $5
                on conflict do nothing
                """;
            await using var command = new NpgsqlCommand(Insert, connection);
            command.Add(projectId).Add(row.Version).Add(row.Content).Add(row.RuleCount).Add(CountMax);
            if (await command.ExecuteNonQueryAsync(token) == 1)
            {
                return true;
            }

            await using var find = new NpgsqlCommand("select 1 from backtest.rule_books where project_id = $1 and version = $2", connection);
            find.Add(projectId).Add(row.Version);
            return await find.ExecuteScalarAsync(token) is not null;
        }, cancellationToken);

    private static async Task<List<RuleBookRow>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        List<RuleBookRow> rows = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new RuleBookRow(reader.GetString(0), reader.GetInt32(1), new DateTimeOffset(reader.GetDateTime(2)), reader.GetString(3)));
        }

        return rows;
    }
}

using System.Text.Json;
using EasyQuant.BacktestSandbox.Compiling;
using EasyQuant.Persistence;
using Npgsql;

namespace EasyQuant.BacktestService.Storage;

/// <summary>The sources of users by project and hash. Thread-safe.</summary>
internal sealed class SourceStore(NpgsqlDataSource dataSource)
{
    /// <summary>Finds a source of the project; null when it was never stored.</summary>
    public Task<SourceRecord?> FindAsync(string projectId, string sha256, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(
                "select source, class_name, parameters, assembly, symbols from backtest.sources where project_id = $1 and sha256 = $2", connection);
            command.Add(projectId).Add(sha256);
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
            return await reader.ReadAsync(token)
                ? new SourceRecord(
                    sha256,
                    reader.GetString(0),
                    reader.GetString(1),
                    JsonSerializer.Deserialize<List<SourceParameter>>(reader.GetString(2)) ?? [],
                    reader.GetFieldValue<byte[]>(3),
                    reader.GetFieldValue<byte[]>(4))
                : null;
        }, cancellationToken);

    /// <summary>Stores a source; one that is there already stays as it is.</summary>
    public Task AddAsync(string projectId, SourceRecord source, CancellationToken cancellationToken) =>
        Transactions.RunAsync(dataSource, "sources.add", async (connection, token) =>
        {
            const string Insert =
                """
                insert into backtest.sources(project_id, sha256, source, class_name, parameters, assembly, symbols)
                values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing
                """;
            await using var command = new NpgsqlCommand(Insert, connection);
            command.Add(projectId).Add(source.Sha256).Add(source.Source).Add(source.ClassName)
                .Add(JsonSerializer.Serialize(source.Parameters)).Add(source.Assembly).Add(source.Symbols);
            return await command.ExecuteNonQueryAsync(token);
        }, cancellationToken);
}

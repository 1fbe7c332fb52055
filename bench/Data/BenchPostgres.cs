using EasyQuant.LocalServers;
using EasyQuant.Nodes.Data.Sql;
using EasyQuant.Persistence;
using Npgsql;

namespace EasyQuant.Bench.Data;

/// <summary>A PostgreSQL of the benchmark alone, with fsync, deleted at the end; or one that is named.</summary>
internal sealed class BenchPostgres : IAsyncDisposable
{
    private readonly ServerHost? _host;
    private readonly string? _directory;

    private BenchPostgres(string connectionString, ServerHost? host, string? directory)
    {
        _host = host;
        _directory = directory;
        ConnectionString = connectionString;
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        DataSourceDefaults.Apply(builder, "bench", "bench_data");
        Source = builder.Build();
        Database = new ProjectDatabase(Source, "bench_data");
    }

    public string ConnectionString { get; }

    public NpgsqlDataSource Source { get; }

    public ProjectDatabase Database { get; }

    public static async Task<BenchPostgres> StartAsync(string? connectionString, CancellationToken cancellationToken)
    {
        ServerHost? host = null;
        string? directory = null;
        if (connectionString is null)
        {
            directory = Path.Combine(Path.GetTempPath(), $"eq-bench-{Environment.ProcessId}");
            var server = new PostgresServer(new PostgresOptions { DataDirectory = Path.Combine(directory, "postgres"), Port = FreePorts.Next(), Password = "bench" });
            host = new ServerHost(server, (_, _) => { });
            await host.StartAsync(cancellationToken);
            connectionString = server.ConnectionString("postgres");
        }

        var postgres = new BenchPostgres(connectionString, host, directory);
        await postgres.ExecuteAsync("drop schema if exists bench_data cascade; create schema bench_data", cancellationToken);
        await postgres.Database.EnsureEffectTablesAsync(cancellationToken);
        return postgres;
    }

    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await Source.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand("set statement_timeout = 0; " + sql, connection) { CommandTimeout = 600 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await ExecuteAsync("drop schema if exists bench_data cascade", deadline.Token);
        await Source.DisposeAsync();
        if (_host is not null)
        {
            await _host.DisposeAsync();
            Directory.Delete(_directory!, recursive: true);
        }
    }
}

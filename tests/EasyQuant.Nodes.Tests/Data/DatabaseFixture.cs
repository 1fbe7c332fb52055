using EasyQuant.Nodes.Data.Sql;
using EasyQuant.Persistence;
using EasyQuant.Testing;
using Npgsql;

namespace EasyQuant.Nodes.Tests.Data;

/// <summary>A database with a role and a schema of a project, as the Runner prepares them.</summary>
public sealed class DatabaseFixture : TestServersFixture
{
    private NpgsqlDataSource? _source;

    internal ProjectDatabase Database { get; private set; } = null!;

    internal NpgsqlDataSource Source => _source!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        string admin = await Servers.CreateDatabaseAsync(deadline.Token);
        string role = "eq_data_" + Guid.NewGuid().ToString("N")[..12];
        await using (NpgsqlDataSource owner = NpgsqlDataSource.Create(admin))
        await using (NpgsqlCommand command = owner.CreateCommand($"create role {role} login password 'data'; create schema data authorization {role}"))
        {
            await command.ExecuteNonQueryAsync(deadline.Token);
        }

        var builder = new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder(admin) { Username = role, Password = "data" }.ConnectionString);
        DataSourceDefaults.Apply(builder, "nodes-tests", "data");
        _source = builder.Build();
        Database = new ProjectDatabase(_source, "data");
        await Database.EnsureEffectTablesAsync(deadline.Token);
    }

    public override async Task DisposeAsync()
    {
        if (_source is not null)
        {
            await _source.DisposeAsync();
        }

        await base.DisposeAsync();
    }

    internal async Task<T> ScalarAsync<T>(string sql)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        await using NpgsqlCommand command = Source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(deadline.Token))!;
    }

    internal async Task ExecuteAsync(string sql)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        await using NpgsqlCommand command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(deadline.Token);
    }
}

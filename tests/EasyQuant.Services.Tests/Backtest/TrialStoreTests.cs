using EasyQuant.BacktestService.Storage;
using EasyQuant.Engine;
using EasyQuant.Engine.Tests;
using EasyQuant.Persistence.Migrations;
using EasyQuant.Testing;
using Npgsql;

namespace EasyQuant.Services.Tests.Backtest;

/// <summary>The ledger of a project in PostgreSQL keeps what every ledger promises.</summary>
public sealed class TrialStoreTests(TestServersFixture fixture) : TrialLedgerContract, IClassFixture<TestServersFixture>, IAsyncLifetime
{
    private NpgsqlDataSource? _source;

    /// <inheritdoc />
    protected override ITrialLedger Ledger => LedgerOf("default");

    public async Task InitializeAsync()
    {
        _source = NpgsqlDataSource.Create(await fixture.Servers.CreateDatabaseAsync(CancellationToken.None));
        await Migrator.ApplyAsync(_source, BacktestStore.Schema, typeof(BacktestStore).Assembly, CancellationToken.None);
    }

    public async Task DisposeAsync() => await _source!.DisposeAsync();

    [Fact]
    public async Task Ledger_OtherProject_IsNotCounted()
    {
        await LedgerOf("other").AddAsync(Make("a", 0.1), default);
        Assert.Equal(default, await Ledger.SummarizeAsync("family", new DateOnly(2024, 1, 1), new DateOnly(2024, 12, 31), default));
    }

    private TrialStore LedgerOf(string project) => new(_source!, project, TimeProvider.System);
}

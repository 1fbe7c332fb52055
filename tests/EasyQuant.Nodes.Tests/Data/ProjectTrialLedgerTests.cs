using System.Text.Json.Nodes;
using EasyQuant.Engine;
using EasyQuant.Engine.Tests;
using EasyQuant.Flow;
using EasyQuant.Nodes.Data.Sql;
using EasyQuant.Nodes.Tests.Trading;

namespace EasyQuant.Nodes.Tests.Data;

/// <summary>The ledger of a project's own database keeps what every ledger promises.</summary>
public sealed class ProjectTrialLedgerTests(DatabaseFixture fixture) : TrialLedgerContract, IClassFixture<DatabaseFixture>, IAsyncLifetime
{
    protected override ITrialLedger Ledger => new ProjectTrialLedger(fixture.Database, TimeProvider.System);

    public Task InitializeAsync() => fixture.ExecuteAsync("truncate eq_trials");

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Backtest_OnAWorkerWithADatabase_IsCountedThere()
    {
        NodeServices services = NodeRunner.Services().With(fixture.Database);
        Dictionary<string, NodeValue> inputs = new() { ["bars"] = NodeValue.FromTable(TradingBench.Bars(3, 200, 4)) };
        JsonNode first = await TrialsAsync(3);
        JsonNode second = await TrialsAsync(4);
        Assert.Equal((true, 1L), ((bool)first["counted"]!, (long)first["trial_count"]!));
        Assert.Equal((true, 2L), ((bool)second["counted"]!, (long)second["trial_count"]!));
        Assert.Equal(second.ToJsonString(), (await TrialsAsync(4)).ToJsonString());
        Assert.Equal(2, await fixture.ScalarAsync<long>("select count(*) from eq_trials where family = 'sma_cross'"));

        async Task<JsonNode> TrialsAsync(int fast) => (await TradingBench.RunWithAsync(
            "Backtest", new JsonObject { ["strategy"] = "sma_cross", ["parameters"] = new JsonObject { ["fast"] = fast, ["slow"] = 10 } }, inputs, services)).Outputs["trials"].AsJson()!;
    }

    [Fact]
    public async Task Ledger_TableOfAnotherForm_IsAnErrorOfTheDatabase()
    {
        var database = new ProjectDatabase(fixture.Source, "nowhere");
        NodeException error = await Assert.ThrowsAsync<NodeException>(() => new ProjectTrialLedger(database, TimeProvider.System).AddAsync(Make("a", 0.1), default).AsTask());
        Assert.Equal("DB_ERROR", error.Reason);
        Assert.Contains("the trial ledger", error.Message, StringComparison.Ordinal);
    }
}

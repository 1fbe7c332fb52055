using EasyQuant.Contracts.Market.V1;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.Testing;

namespace EasyQuant.Services.Tests.Backtest;

public sealed class MarketServiceTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(3));

    [Fact]
    public async Task Instruments_Pages_AreInOrderOfSymbol()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        ListInstrumentsResponse first = await host.Market.ListInstrumentsAsync(new ListInstrumentsRequest { PageSize = 3 }, BacktestHost.Headers());
        ListInstrumentsResponse second = await host.Market.ListInstrumentsAsync(
            new ListInstrumentsRequest { PageSize = 3, PageToken = first.NextPageToken }, BacktestHost.Headers());
        Assert.Equal(["600000.SH", "600001.SH", "600002.SH"], first.Instruments.Select(one => one.Symbol));
        Instrument last = Assert.Single(second.Instruments);
        Assert.Equal(("600003.SH", "main", "2024-01-01", 120L, ""), (last.Symbol, last.Board, last.FirstTradingDate, last.BarCount, second.NextPageToken));
    }

    [Fact]
    public async Task Bars_AnySpelling_GivesPagesByDate()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        ListBarsResponse first = await host.Market.ListBarsAsync(
            new ListBarsRequest { Symbol = "sh600001", StartDate = "2024-01-10", EndDate = "2024-01-14", PageSize = 3 }, BacktestHost.Headers());
        ListBarsResponse second = await host.Market.ListBarsAsync(
            new ListBarsRequest { Symbol = "600001.SH", StartDate = "2024-01-10", EndDate = "2024-01-14", PageSize = 3, PageToken = first.NextPageToken },
            BacktestHost.Headers());
        Assert.Equal((3, 2, ""), (first.Bars.RowCount, second.Bars.RowCount, second.NextPageToken));
        Assert.Equal(["symbol", "trading_date", "open", "high", "low", "close", "volume", "amount"], first.Bars.Columns.Select(column => column.Name));
        int day = new DateOnly(2024, 1, 10).DayNumber - new DateOnly(1970, 1, 1).DayNumber;
        Assert.Equal([day, day + 1, day + 2], first.Bars.Columns[1].Integers);
        Assert.Equal([day + 3, day + 4], second.Bars.Columns[1].Integers);
    }

    [Theory]
    [InlineData("600009.SH", "", "SYMBOL_NOT_FOUND")]
    [InlineData("what", "", "SYMBOL_INVALID")]
    [InlineData("600000.SH", "nothing", "TABLE_NOT_FOUND")]
    public async Task Bars_WrongInput_IsRefused(string symbol, string table, string reason)
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        RpcError error = await BacktestHost.RefusedAsync(() => host.Market.ListBarsAsync(
            new ListBarsRequest { Symbol = symbol, Table = table }, BacktestHost.Headers()).ResponseAsync);
        Assert.Equal(reason, error.Reason);
    }

    [Fact]
    public async Task Rules_OnADay_AreThoseInForce()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        ListRulesResponse response = await host.Market.ListRulesAsync(new ListRulesRequest { TradingDate = "2023-08-27" }, BacktestHost.Headers());
        Rule stamp = response.Rules.Single(rule => rule is { Kind: "stamp_duty", Board: "main" });
        Assert.Equal(("stamp-duty.2008-09", "buy 0, sell 0.001"), (stamp.RuleId, stamp.Value));
        Rule limit = response.Rules.Single(rule => rule is { Kind: "price_limit", Board: "chinext" });
        Assert.Equal("0.2", limit.Value);
        Assert.Equal("china-2026.2", response.RuleBookVersion);
    }
}

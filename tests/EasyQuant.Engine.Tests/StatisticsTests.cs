using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

public sealed class StatisticsTests
{
    [Fact]
    public void Statistics_SmallRun_EqualsHandCalculation()
    {
        // Buys 1,000 at 10 on the second day: cost 10,000; then closes 11, 9, 12 without fees.
        MarketPanel panel = new PanelBuilder(new DateOnly(2024, 1, 8), 5).Flat("600000.SH", "10", "10", "11", "9", "12").Build();
        BacktestResult result = Run(panel, "buy_and_hold", new JsonObject { ["lots"] = 10 });
        BacktestStatistics statistics = result.Statistics;
        Assert.Equal("102000", statistics.FinalEquity.ToString());
        Assert.Equal(0.02, statistics.TotalReturn, 12);
        Assert.Equal(Math.Pow(1.02, 252.0 / 5) - 1, statistics.Cagr!.Value, 12);
        Assert.Equal(2000.0 / 101_000, statistics.MaxDrawdown, 12);
        Assert.Equal(new DateOnly(2024, 1, 10), statistics.DrawdownPeakDate);
        Assert.Equal(new DateOnly(2024, 1, 11), statistics.DrawdownTroughDate);
        Assert.Equal(new DateOnly(2024, 1, 12), statistics.DrawdownRecoveryDate);
        double[] returns = [0, 0, 0.01, (99_000.0 / 101_000) - 1, (102_000.0 / 99_000) - 1];
        double mean = returns.Average();
        double deviation = Math.Sqrt(returns.Sum(one => (one - mean) * (one - mean)) / 4);
        Assert.Equal(mean / deviation * Math.Sqrt(252), statistics.Sharpe!.Value, 10);
        Assert.Equal(deviation * Math.Sqrt(252), statistics.Volatility!.Value, 10);
        double downside = Math.Sqrt(returns.Sum(one => one < 0 ? one * one : 0) / 5);
        Assert.Equal(mean / downside * Math.Sqrt(252), statistics.Sortino!.Value, 10);
        Assert.Equal(0.8, statistics.Exposure, 12);
        Assert.Equal((0, 1), (statistics.TradeCount, statistics.OpenTradeCount));
        Assert.Equal("2000", result.Trades[0].Profit.ToString());
    }

    [Fact]
    public void Trades_RoundTrip_HasProfitAfterFees()
    {
        MarketPanel panel = new PanelBuilder(new DateOnly(2024, 1, 8), 8)
            .Flat("600000.SH", "10", "9.5", "9.8", "10.2", "10.3", "9.9", "9.5", "9.4").Build();
        BacktestResult result = Backtester.Run(
            panel, "sma_cross", new JsonObject { ["fast"] = 1, ["slow"] = 2, ["lots"] = 10 }, new BacktestSettings(), null, default);
        RoundTrip trade = Assert.Single(result.Trades);
        // Cross up on day 2, bought at 10.2; down on day 5, sold at 9.5.
        Assert.Equal(("10.2", "9.5"), (trade.EntryPrice.ToString(), trade.ExitPrice.ToString()));
        Assert.Equal("-714.95", trade.Profit.ToString());
        Assert.Equal(result.Statistics.FinalEquity - result.Statistics.InitialEquity, trade.Profit);
        Assert.Equal(0, result.Statistics.WinRate);
    }

    [Fact]
    public void Manifest_SameInputs_IsTheSameAndNamesEverything()
    {
        MarketPanel panel = RandomMarket.Make(7);
        JsonObject parameters = new() { ["fast"] = 2, ["slow"] = "5" };
        string first = Backtester.Run(panel, "sma_cross", parameters, new BacktestSettings { Seed = 9 }, null, default).Manifest.ToJson().ToJsonString();
        string second = Backtester.Run(RandomMarket.Make(7), "sma_cross", parameters, new BacktestSettings { Seed = 9 }, null, default).Manifest.ToJson().ToJsonString();
        Assert.Equal(first, second);
        Assert.Contains("\"seed\":9", first, StringComparison.Ordinal);
        Assert.Contains($"\"code_sha256\":\"{EngineCode.Sha256}\"", first, StringComparison.Ordinal);
        Assert.Contains("\"assumptions\":[]", first, StringComparison.Ordinal);
        Assert.Contains("china-2026.2", first, StringComparison.Ordinal);
        Assert.Contains("{\"fast\":2,\"slow\":5}", first, StringComparison.Ordinal);
    }

    [Fact]
    public void Parameters_ManyFaults_AreReportedAtOnce()
    {
        BacktestParameterException exception = Assert.Throws<BacktestParameterException>(() => StrategyCatalog.Bind(
            "sma_cross", new JsonObject { ["fast"] = 0, ["slow"] = "x", ["speed"] = 1, ["lots"] = 1, ["fraction"] = 0.5 }));
        Assert.Equal(
            ["PARAMETER_OUT_OF_RANGE fast", "PARAMETER_TYPE slow", "UNKNOWN_PARAMETER speed", "PARAMETER_OUT_OF_RANGE fraction"],
            exception.Errors.Select(error => error.Reason + " " + error.Field));
    }

    [Fact]
    public void Parameters_FastNotBelowSlow_IsRefused()
    {
        BacktestParameterException exception = Assert.Throws<BacktestParameterException>(() => StrategyCatalog.Bind(
            "sma_cross", new JsonObject { ["fast"] = 30, ["slow"] = 30 }));
        Assert.Equal("fast must be less than slow (30), was 30.", exception.Message);
    }

    [Fact]
    public void Period_WithoutTradingDay_IsRefused()
    {
        BacktestParameterException exception = Assert.Throws<BacktestParameterException>(() => Backtester.Run(
            RandomMarket.Make(3), "buy_and_hold", [], new BacktestSettings { StartDate = new DateOnly(2030, 1, 1) }, null, default));
        Assert.Equal("PERIOD_EMPTY", exception.Errors[0].Reason);
    }

    [Fact]
    public void Run_Cancelled_Throws() => Assert.Throws<OperationCanceledException>(() => Backtester.Run(
        RandomMarket.Make(3), "buy_and_hold", [], new BacktestSettings(), null, new CancellationToken(true)));

    [Fact]
    public void Tables_Result_HaveOneRowADayAndATrade()
    {
        MarketPanel panel = RandomMarket.Make(11);
        BacktestResult result = Backtester.Run(panel, "sma_cross", new JsonObject { ["fast"] = 1, ["slow"] = 2 }, new BacktestSettings(), null, default);
        Assert.Equal(result.Run.Equity.Length, ResultTables.Equity(result).RowCount);
        Assert.Equal(result.Trades.Length, ResultTables.Trades(result, panel).RowCount);
        Table fills = ResultTables.Fills(result, panel);
        Assert.Equal(result.Run.Fills.Length, fills.RowCount);
    }

    [Fact]
    public void Tables_PartsOfAUnit_AreShownAsRealQuantities()
    {
        // 10 lots of 100 units of 10^-8: 0.00001 coins at 100.
        Instrument coin = Instrument.FromSymbol(Symbol.Parse("600000.SH"), 8) with { QuantityScale = 8 };
        long[] prices = [.. Enumerable.Repeat(10_000_000_000, 4)];
        MarketPanel panel = new PanelBuilder(new DateOnly(2024, 1, 8), 4)
            .Add(coin, [0, 1, 2, 3], prices, prices, prices, prices, [.. Enumerable.Repeat(100_000_000_000, 4)])
            .Flat("600001.SH", "10", "10", "10", "10").Build();
        BacktestResult result = Backtester.Run(panel, "buy_and_hold", new JsonObject { ["lots"] = 10 }, new BacktestSettings(), null, default);
        foreach (Table table in new[] { ResultTables.Fills(result, panel), ResultTables.Trades(result, panel) })
        {
            Assert.Equal(ColumnType.Decimal, table["quantity"].Type);
            Assert.Equal(
                [("600000.SH", 0.00001m), ("600001.SH", 1000m)],
                Enumerable.Range(0, table.RowCount).Select(row => ((string)table["symbol"].GetValue(row)!, (decimal)table["quantity"].GetValue(row)!)).Order());
        }

        string page = TearSheet.Render(new TearSheetContent
        {
            Title = new ChartText("Coin", "币"), Result = result, Report = PerformanceReport.Of(result, panel, null, ReportOptions.Default), PriceScale = 8,
            Quantities = new ResultQuantities(panel),
        });
        Assert.Contains("<td>0.00001</td>", page, StringComparison.Ordinal);
        Assert.Contains("<td>1,000</td>", page, StringComparison.Ordinal);
        MarketPanel shares = RandomMarket.Make(11);
        Assert.Equal(ColumnType.Int64, new ResultQuantities(shares).Column("quantity").Type);
        Assert.Throws<ArgumentException>(() => new ResultQuantities(panel).Units(Symbol.Parse("600009.SH"), new Quantity(1)));
    }

    [Fact]
    public void Fills_Table_ExplainsEveryFeeAndAddsUpToTheCash()
    {
        // The statement of StatementTests has every kind of fee; here the cash must follow from the table alone.
        MarketPanel panel = new PanelBuilder(new DateOnly(2024, 1, 8), 6)
            .Flat("600000.SH", "10", "10", "10", "9.5", "9.5", "9.5")
            .With(new CashDividend(Symbol.Parse("600000.SH"), new DateOnly(2024, 1, 11), new DateOnly(2024, 1, 10), new DateOnly(2024, 1, 11), Price.Parse("0.5"))).Build();
        EngineRun run = ReferenceEngine.Run(panel, new ScriptedStrategy((0, 0, 1000), (4, 0, -1000)), new BacktestSettings(), RuleBook.China, null, default);
        BacktestResult shipped = Backtester.Run(panel, "buy_and_hold", [], new BacktestSettings(), null, default);
        Table fills = ResultTables.Fills(shipped with { Run = run }, panel);
        string explained = fills.GetColumn<StringColumn>("fees_explained").GetString(1)!;
        Assert.Equal("Commission 5 (minimum per order, account); StampDuty 4.75 (0.05 % of value, stamp-duty.2023); TransferFee 0.1 (0.001 % of value, transfer-fee.2022); DividendTax 100 (by the time held, dividend-tax.2015)", explained);
        Assert.DoesNotContain("DividendTax", fills.GetColumn<StringColumn>("fees_explained").GetString(0), StringComparison.Ordinal);
        Assert.Equal(new DateTime(2024, 1, 15, 0, 0, 0, DateTimeKind.Utc), fills["time"].GetValue(1));
        decimal Sum(int row) => new[] { "commission", "stamp_duty", "transfer_fee", "dividend_tax" }.Sum(name => (decimal)fills[name].GetValue(row)!);
        decimal cash = 1_000_000m - (decimal)fills["value"].GetValue(0)! - Sum(0) + (decimal)fills["value"].GetValue(1)! - Sum(1) + 500m;
        Assert.Equal(cash.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture), run.Equity[^1].Cash.ToString());
    }

    private static BacktestResult Run(MarketPanel panel, string strategy, JsonObject parameters) => Backtester.Run(
        panel,
        strategy,
        parameters,
        new BacktestSettings
        {
            InitialCash = Money.FromYuan(100_000),
            CommissionPpm = 0,
            CommissionMinimum = Money.Zero,
            StampDutySellPpm = 0,
            TransferFeePpm = 0,
            ExchangeRules = false,
        },
        null,
        CancellationToken.None);
}

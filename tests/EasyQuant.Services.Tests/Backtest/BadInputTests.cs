using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.Testing;
using Google.Protobuf.WellKnownTypes;

namespace EasyQuant.Services.Tests.Backtest;

/// <summary>What people get wrong: each ends with a named error of its own, at the call or as the end of the backtest, and changes nothing else.</summary>
public sealed class BadInputTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private const string Source =
        """
        public sealed class Mine(int days = 5) : IStrategy
        {
            public void OnStart(StrategyContext context) { }
            public void OnBar(StrategyContext context, int instrument, in Bar bar) { BODY }
            public void OnStop(StrategyContext context) { }
        }
        """;

    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(3));

    [Fact]
    public async Task Create_BadRequest_IsRefusedByName()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        Assert.Equal("SYMBOL_NOT_FOUND", await RefusedAsync(spec => spec.Symbols.Add("600999.SH")));
        Assert.Equal("SYMBOL_INVALID", await RefusedAsync(spec => spec.Symbols.Add("no such thing")));
        Assert.Equal("PERIOD_EMPTY", await RefusedAsync(spec => (spec.StartDate, spec.EndDate) = ("2019-01-01", "2019-12-31")));
        Assert.Equal("PERIOD_EMPTY", await RefusedAsync(spec => (spec.StartDate, spec.EndDate) = ("2024-03-01", "2024-02-01")));
        Assert.Equal("PARAMETER_OUT_OF_RANGE", await RefusedAsync(spec => spec.Parameters.Fields["slow"].NumberValue = 1e9));
        Assert.Equal("PARAMETER_TYPE", await RefusedAsync(spec => spec.Parameters.Fields["slow"] = Value.ForString("many")));
        Assert.Equal("PARAMETER_TYPE", await RefusedAsync(spec => spec.Parameters.Fields["slow"] = Value.ForString("NaN")));
        Assert.Equal("UNKNOWN_PARAMETER", await RefusedAsync(spec => spec.Parameters.Fields["speed"] = Value.ForNumber(1)));
        Assert.Empty((await host.Backtests.ListBacktestsAsync(new ListBacktestsRequest(), BacktestHost.Headers())).Backtests);

        async Task<string> RefusedAsync(Action<BacktestSpec> change)
        {
            BacktestSpec spec = BacktestHost.Spec();
            change(spec);
            RpcError error = await BacktestHost.RefusedAsync(() => host.CreateAsync(spec));
            Assert.NotEmpty(error.Violations);
            return error.Reason;
        }
    }

    [Theory]
    [InlineData("alter table data.daily_bars alter column volume type numeric; update data.daily_bars set volume = 'NaN' where trading_date = '2024-01-20' and symbol = '600001.SH'", "VALUE_NOT_FINITE", "\"volume\" of 600001.SH on 2024-01-20")]
    [InlineData("alter table data.daily_bars alter column close type numeric; update data.daily_bars set close = 'NaN' where trading_date = '2024-01-20' and symbol = '600001.SH'", "VALUE_NOT_FINITE", "\"close\" of 600001.SH on 2024-01-20")]
    [InlineData("update data.daily_bars set low = -1 where trading_date = '2024-01-20' and symbol = '600001.SH'", "VALUE_NEGATIVE", "\"low\" of 600001.SH on 2024-01-20")]
    [InlineData("update data.daily_bars set volume = -5 where trading_date = '2024-01-20' and symbol = '600001.SH'", "VALUE_NEGATIVE", "\"volume\" of 600001.SH on 2024-01-20")]
    [InlineData("delete from data.daily_bars where trading_date between '2024-01-20' and '2024-01-22' and symbol = '600001.SH'", "DATA_HOLES", "600001.SH on 2024-01-20")]
    [InlineData("update data.daily_bars set open = null where trading_date = '2024-01-20' and symbol = '600001.SH'", "VALUE_MISSING", "open")]
    public async Task Backtest_BadData_EndsByNameWithTheBar(string sql, string reason, string message)
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        await host.ExecuteAsync(sql, _deadline.Token);
        BacktestSpec spec = BacktestHost.Spec();
        spec.MissingBars = MissingBars.Refuse;
        Contracts.Backtest.V1.Backtest ended = await host.EndAsync((await host.CreateAsync(spec)).BacktestId);
        Assert.Equal((BacktestState.Failed, reason), (ended.State, ended.ErrorReason));
        Assert.Contains(message, ended.ErrorMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("for (int i = 0; i < 10_000_000; i++) context.Buy(instrument, 100);", "ORDER_LIMIT_EXCEEDED", "orders")]
    [InlineData("context.Buy(instrument, -100);", "VALUE_NEGATIVE", "2024-01-01, 600000.SH, line 4")]
    [InlineData("context.Buy(instrument, context.Equity.ToDouble() * double.NaN);", "VALUE_NOT_FINITE", "2024-01-01, 600000.SH, line 4")]
    [InlineData("context.Buy(instrument, double.PositiveInfinity);", "VALUE_NOT_FINITE", "2024-01-01, 600000.SH, line 4")]
    [InlineData("context.Sell(instrument, double.NegativeInfinity);", "VALUE_NOT_FINITE", "2024-01-01, 600000.SH, line 4")]
    [InlineData("context.Buy(instrument, 1e30);", "VALUE_NOT_FINITE", "2024-01-01, 600000.SH, line 4")]
    [InlineData("context.Buy(instrument + 99, 100);", "STRATEGY_FAILED", "2024-01-01, 600000.SH, line 4")]
    public async Task Backtest_BadOrders_EndByName(string body, string reason, string message)
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        BacktestSpec spec = BacktestHost.Spec();
        (spec.Strategy, spec.Parameters) = ("mine", null);
        spec.Source = new StrategySource { Text = Source.Replace("BODY", body, StringComparison.Ordinal) };
        Contracts.Backtest.V1.Backtest ended = await host.EndAsync((await host.CreateAsync(spec)).BacktestId);
        Assert.Equal((BacktestState.Failed, reason), (ended.State, ended.ErrorReason));
        Assert.Contains(message, ended.ErrorMessage, StringComparison.Ordinal);
    }
}

using System.Text.Json.Nodes;
using EasyQuant.BacktestService.Storage;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.Data;
using EasyQuant.Engine;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.Testing;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using DataTable = EasyQuant.BacktestService.Storage.DataTable;

namespace EasyQuant.Services.Tests.Backtest;

/// <summary>Backtests over saved ticks: the bars are made of them, and strategies see each.</summary>
public sealed class TickServiceTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    // 2 symbols x 3 days x 200 ticks of 10 s from 09:30 in Shanghai; every fifth is a quote, every seventh has the time of the one before.
    private const string Ticks =
        """
        create table data.ticks(id bigint primary key, symbol text, time timestamptz, last numeric(18,4), volume bigint, bid numeric(18,4), ask numeric(18,4));
        insert into data.ticks
        select s * 10000 + d * 1000 + n, '60000' || s || '.SH', timestamptz '2024-03-04 01:30:00Z' + d * interval '1 day' + (n - case when n % 7 = 0 then 1 else 0 end) * interval '10 s',
            10 + s + ((n * 7 + d * 3) % 40) / 100.0, case when n % 5 = 0 then 0 else 5000 end, 9.99 + s + ((n * 7 + d * 3) % 40) / 100.0, 10.01 + s + ((n * 7 + d * 3) % 40) / 100.0
        from generate_series(0, 1) s, generate_series(0, 2) d, generate_series(1, 200) n;
        """;

    private const string Source =
        """
        public sealed class Mine : IStrategy
        {
            private long _ticks;
            public void OnStart(StrategyContext context) { }
            public void OnTick(StrategyContext context, int instrument, in Tick tick) { if (++_ticks % 100 == 0) context.Buy(instrument, 100); }
            public void OnBar(StrategyContext context, int instrument, in Bar bar) { }
            public void OnStop(StrategyContext context) { }
        }
        """;

    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(4));

    [Fact]
    public async Task Source_SavedTicks_SeesEachAndFillsOnThem()
    {
        await using BacktestHost host = await StartAsync();
        BacktestSpec spec = new() { Strategy = "mine", Source = new StrategySource { Text = Source }, Ticks = new TickData { Table = "ticks" } };
        Contracts.Backtest.V1.Backtest accepted = await host.CreateAsync(spec);
        Assert.Equal(("", "1m", 480), (accepted.Spec.Table, accepted.Spec.Ticks.Interval, accepted.Spec.Ticks.UtcOffsetMinutes));
        Contracts.Backtest.V1.Backtest ended = await host.EndAsync(accepted.BacktestId);
        Assert.Equal((BacktestState.Succeeded, ""), (ended.State, ended.ErrorMessage));
        Assert.Equal((12, "ticks"), (ended.Metrics.Fields["order_count"].NumberValue, ended.Manifest.Fields["data"].StructValue.Fields["table"].StringValue));
        ReadFillsResponse fills = await host.Backtests.ReadFillsAsync(new ReadFillsRequest { BacktestId = ended.BacktestId }, BacktestHost.Headers());
        Assert.InRange(fills.Fills.RowCount, 9, 12);
    }

    [Fact]
    public async Task Shipped_SavedTicks_IsTheEnginesResultOfThePeriod()
    {
        await using BacktestHost host = await StartAsync();
        BacktestSpec spec = BacktestHost.Spec(2, 4);
        (spec.Ticks, spec.StartDate) = (new TickData { Table = "ticks", Interval = "5m" }, "2024-03-05");
        spec.Symbols.Add("600001.SH");
        Contracts.Backtest.V1.Backtest cold = await host.EndAsync((await host.CreateAsync(spec)).BacktestId);
        Assert.Equal((BacktestState.Succeeded, ""), (cold.State, cold.ErrorMessage));

        DataTable table = await host.Services.GetRequiredService<DataCatalog>().RequireAsync("default", "ticks", _deadline.Token);
        var filter = new BarFilter(["600001.SH"], new DateOnly(2024, 3, 5), DateOnly.MaxValue);
        Table rows = await host.Services.GetRequiredService<TickRows>().ReadAsync(table, filter, TimeSpan.FromHours(8), 1_000, _deadline.Token);
        Assert.Equal(400, rows.RowCount);
        var settings = new BacktestSettings { StartDate = new DateOnly(2024, 3, 5) };
        BacktestResult expected = Backtester.Run(
            TickMarket.FromTable(rows, PanelInterval.OfMinutes(5), TimeSpan.FromHours(8)), "sma_cross", new JsonObject { ["fast"] = 2, ["slow"] = 4 }, settings, null, _deadline.Token);
        Assert.Equal(expected.Statistics.FinalEquity.ToString(), cold.Metrics.Fields["final_equity"].StringValue);
        Assert.Equal(expected.Manifest.DataSha256, cold.Manifest.Fields["data_sha256"].StringValue);
        Assert.True(expected.Run.Fills.Length > 0);
        RpcError tooMany = await Assert.ThrowsAsync<RpcError>(
            () => host.Services.GetRequiredService<TickRows>().ReadAsync(table, filter, TimeSpan.FromHours(8), 399, _deadline.Token));
        Assert.Equal("LIMIT_EXCEEDED", tooMany.Reason);
    }

    [Fact]
    public async Task SweepAndBiasChecks_SavedTicks_RunOnThem()
    {
        await using BacktestHost host = await StartAsync();
        BacktestSpec one = BacktestHost.Spec(2, 4);
        one.Ticks = new TickData { Table = "ticks", Interval = "5m" };
        Contracts.Backtest.V1.Backtest alone = await host.EndAsync((await host.CreateAsync(one)).BacktestId);
        Assert.Equal((BacktestState.Succeeded, ""), (alone.State, alone.ErrorMessage));
        SweepSpec grid = BacktestHost.SweepOf(3, 3);
        grid.Backtest.Ticks = one.Ticks;
        Sweep sweep = await host.EndSweepAsync((await host.CreateSweepAsync(grid)).SweepId);
        Assert.Equal((BacktestState.Succeeded, 9), (sweep.State, sweep.DoneCount));
        ListSweepTrialsResponse trials = await host.Sweeps.ListSweepTrialsAsync(new ListSweepTrialsRequest { SweepId = sweep.SweepId }, BacktestHost.Headers());
        var same = trials.Trials.Single(trial => trial.Parameters.Fields["fast"].NumberValue == 2 && trial.Parameters.Fields["slow"].NumberValue == 4);
        Assert.Equal(alone.Metrics.Fields["final_equity"], same.Metrics.Fields["final_equity"]);
        grid.PerSymbol = true;
        Sweep lanes = await host.EndSweepAsync((await host.CreateSweepAsync(grid)).SweepId);
        Assert.Equal((BacktestState.Succeeded, 9, ""), (lanes.State, lanes.DoneCount, lanes.ErrorMessage));

        var request = new CreateBiasCheckRequest { Spec = new BiasSpec { BacktestId = alone.BacktestId, ShuffleCount = 10, CutCount = 1 } };
        string check = (await host.Trials.CreateBiasCheckAsync(request, BacktestHost.Headers())).BiasCheck.BiasCheckId;
        var ended = await Scheduler.Eventually.BecomesAsync(
            $"bias check {check} to end",
            async () => (await host.Trials.GetBiasCheckAsync(new GetBiasCheckRequest { BiasCheckId = check }, BacktestHost.Headers())).BiasCheck,
            bias => bias.EndTime is not null,
            BacktestHost.Patience);
        Assert.True(ended.State == BacktestState.Succeeded, ended.ErrorMessage);
    }

    [Fact]
    public async Task Create_WrongTicks_IsRefusedByName()
    {
        await using BacktestHost host = await StartAsync();
        await RefusedAsync(StatusCode.FailedPrecondition, "TABLE_NOT_TICKS", spec => spec.Ticks.Table = "daily_bars");
        await RefusedAsync(StatusCode.NotFound, "TABLE_NOT_FOUND", spec => spec.Ticks.Table = "nothing");
        await RefusedAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", spec => spec.Ticks.Table = "");
        await RefusedAsync(StatusCode.InvalidArgument, "FIELD_CONFLICT", spec => spec.Table = "daily_bars");
        await RefusedAsync(StatusCode.InvalidArgument, "FIELD_CONFLICT", spec => spec.MissingBars = MissingBars.Refuse);
        await RefusedAsync(StatusCode.InvalidArgument, "VALUE_OUT_OF_RANGE", spec => spec.Ticks.Interval = "1w");
        await RefusedAsync(StatusCode.InvalidArgument, "VALUE_OUT_OF_RANGE", spec => spec.Ticks.UtcOffsetMinutes = 900);
        await RefusedAsync(StatusCode.InvalidArgument, "SYMBOL_NOT_FOUND", spec => spec.Symbols.Add("600009.SH"));
        await RefusedAsync(StatusCode.InvalidArgument, "PERIOD_EMPTY", spec => spec.StartDate = "2024-03-07");
        // 09:30 of the first day in Shanghai is the day before in New York.
        await RefusedAsync(StatusCode.InvalidArgument, "PERIOD_EMPTY", spec => (spec.Ticks.UtcOffsetMinutes, spec.StartDate) = (-300, "2024-03-06"));
        await host.ExecuteAsync("alter table data.ticks alter column last type numeric; update data.ticks set last = 'NaN' where id = 11007", _deadline.Token);
        Contracts.Backtest.V1.Backtest ended = await host.EndAsync((await host.CreateAsync(Spec())).BacktestId);
        Assert.Equal((BacktestState.Failed, "VALUE_NOT_FINITE"), (ended.State, ended.ErrorReason));
        Assert.Contains("\"last\" of 600001.SH at 2024-03-05T01:31:00", ended.ErrorMessage, StringComparison.Ordinal);

        async Task RefusedAsync(StatusCode status, string reason, Action<BacktestSpec> change)
        {
            BacktestSpec spec = Spec();
            change(spec);
            RpcError error = await BacktestHost.RefusedAsync(() => host.CreateAsync(spec));
            Assert.Equal((status, reason), (error.Status, error.Reason));
        }

        static BacktestSpec Spec()
        {
            BacktestSpec spec = BacktestHost.Spec(2, 4);
            spec.Ticks = new TickData { Table = "ticks" };
            return spec;
        }
    }

    private async Task<BacktestHost> StartAsync()
    {
        BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        await host.ExecuteAsync(Ticks, _deadline.Token);
        return host;
    }
}

using System.Text.Json.Nodes;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Engine;
using EasyQuant.Nodes.Hosting;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.Testing;
using Grpc.Core;
using WireAdjustment = EasyQuant.Contracts.Backtest.V1.PriceAdjustment;

namespace EasyQuant.Services.Tests.Backtest.Panels;

public sealed class BacktestPanelTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private const string Source =
        """
        public sealed class Mine(int every = 5) : IStrategy
        {
            private int _count;
            public void OnStart(StrategyContext context) { }
            public void OnBar(StrategyContext context, int instrument, in Bar bar) { if (++_count % every == 0) context.Buy(instrument, 100); }
            public void OnStop(StrategyContext context) { }
        }
        """;

    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(3));

    [Fact]
    public async Task Backtest_DailyPanel_IsTheEnginesResultOfTheVersionThatWasThere()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        PanelManifest first = PanelFixture.WriteDaily(host);
        string requestId = Guid.NewGuid().ToString("D");
        Contracts.Backtest.V1.Backtest accepted = await host.CreateAsync(Spec(), requestId);
        Assert.Equal(("", "1d", 1L), (accepted.Spec.Table, accepted.Spec.Panel.Interval, accepted.Spec.Panel.Version));
        PanelFixture.WriteDaily(host, seed: 8);
        Assert.Equal(accepted.BacktestId, (await host.CreateAsync(Spec(), requestId)).BacktestId);
        Contracts.Backtest.V1.Backtest ended = await host.EndAsync(accepted.BacktestId);
        Assert.Equal((BacktestState.Succeeded, ""), (ended.State, ended.ErrorMessage));

        using OpenPanel open = PanelFixture.Open(host, first);
        BacktestResult expected = Backtester.Run(MarketPanelOpener.Open(open.Panel), "sma_cross", Parameters(), new BacktestSettings(), null, _deadline.Token);
        Assert.Equal(expected.Statistics.FinalEquity.ToString(), ended.Metrics.Fields["final_equity"].StringValue);
        Assert.Equal(open.Panel.ContentSha256, ended.Manifest.Fields["data_sha256"].StringValue);
        Assert.Equal(1, ended.Manifest.Fields["data"].StructValue.Fields["version"].NumberValue);
        Assert.Equal(2, ended.Metrics.Fields["missing_bar_count"].NumberValue);
        Assert.True(expected.Statistics.TradeCount > 3);
    }

    [Fact]
    public async Task Backtest_AdjustedPanel_HasTheDividendInThePricesAndNotTwice()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        PanelManifest manifest = PanelFixture.WriteDaily(host);
        BacktestSpec spec = Hold(WireAdjustment.Forward);
        Contracts.Backtest.V1.Backtest adjusted = await host.EndAsync((await host.CreateAsync(spec)).BacktestId);
        Contracts.Backtest.V1.Backtest raw = await host.EndAsync((await host.CreateAsync(Hold(WireAdjustment.Unspecified))).BacktestId);
        Assert.Equal((BacktestState.Succeeded, BacktestState.Succeeded), (adjusted.State, raw.State));
        Assert.NotEqual(raw.Manifest.Fields["data_sha256"].StringValue, adjusted.Manifest.Fields["data_sha256"].StringValue);
        Assert.Equal("forward", adjusted.Manifest.Fields["data"].StructValue.Fields["adjustment"].StringValue);

        using OpenPanel open = PanelFixture.Open(host, manifest);
        int instrument = open.Panel.IndexOf(Symbol.Parse("600001.SH"));
        ReadFillsResponse fills = await host.Backtests.ReadFillsAsync(new ReadFillsRequest { BacktestId = adjusted.BacktestId }, BacktestHost.Headers());
        long price = fills.Fills.Columns.Single(column => column.Name == "price").Integers[0];
        long traded = open.Panel.Values(instrument, BarTable.Open).Span[1];
        Assert.Equal(open.Panel.FactorsAsOf(instrument, DateOnly.MaxValue).Adjust(traded, EpochDays.FromDate(PanelFixture.Day(1)), EasyQuant.Data.PriceAdjustment.Forward), price);
        Assert.NotEqual(traded, price);

        BacktestSpec Hold(WireAdjustment adjustment)
        {
            BacktestSpec one = Spec();
            (one.Strategy, one.Parameters, one.Panel.Adjustment) = ("buy_and_hold", null, adjustment);
            one.Symbols.Add("600001.SH");
            return one;
        }
    }

    [Fact]
    public async Task Source_MinutePanel_RunsInTheSandboxOverTheSameBars()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        PanelManifest manifest = PanelFixture.WriteMinutes(host);
        BacktestSpec spec = Spec();
        (spec.Strategy, spec.Parameters, spec.Source, spec.Panel.Interval) = ("mine", null, new StrategySource { Text = Source }, "30m");
        spec.Symbols.Add("600001.SH");
        Contracts.Backtest.V1.Backtest ended = await host.EndAsync((await host.CreateAsync(spec)).BacktestId);
        Assert.Equal((BacktestState.Succeeded, ""), (ended.State, ended.ErrorMessage));
        // 720 bars of one symbol, an order at every fifth.
        Assert.Equal(PanelFixture.DayCount * 8 / 5, ended.Metrics.Fields["order_count"].NumberValue);
        BacktestSpec shipped = Spec();
        shipped.Panel.Interval = "30m";
        shipped.Symbols.Add("600001.SH");
        Contracts.Backtest.V1.Backtest same = await host.EndAsync((await host.CreateAsync(shipped)).BacktestId);
        Assert.Equal(same.Manifest.Fields["data_sha256"], ended.Manifest.Fields["data_sha256"]);
        Assert.Equal(manifest.Version, (long)ended.Manifest.Fields["data"].StructValue.Fields["version"].NumberValue);
    }

    [Fact]
    public async Task Create_WrongPanel_IsRefusedByName()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        PanelManifest manifest = PanelFixture.WriteDaily(host);
        await RefusedAsync(StatusCode.NotFound, "PANEL_NOT_FOUND", null, spec => spec.Panel.Dataset = "us");
        await RefusedAsync(StatusCode.NotFound, "PANEL_NOT_FOUND", null, spec => spec.Panel.Version = 7);
        await RefusedAsync(StatusCode.NotFound, "PANEL_NOT_FOUND", null, spec => spec.Panel.Interval = "5m");
        await RefusedAsync(StatusCode.InvalidArgument, "NAME_INVALID", "spec.panel.dataset", spec => spec.Panel.Dataset = "../../etc");
        await RefusedAsync(StatusCode.InvalidArgument, "VALUE_OUT_OF_RANGE", "spec.panel.interval", spec => spec.Panel.Interval = "1w");
        await RefusedAsync(StatusCode.InvalidArgument, "VALUE_OUT_OF_RANGE", "spec.panel.version", spec => spec.Panel.Version = -1);
        await RefusedAsync(StatusCode.InvalidArgument, "FIELD_CONFLICT", "spec.table", spec => spec.Table = "daily_bars");
        await RefusedAsync(StatusCode.InvalidArgument, "SYMBOL_NOT_FOUND", "spec.symbols", spec => spec.Symbols.Add("600009.SH"));
        await RefusedAsync(StatusCode.InvalidArgument, "PERIOD_EMPTY", "spec", spec => spec.StartDate = "2030-01-01");
        await RefusedAsync(StatusCode.NotFound, "PANEL_NOT_FOUND", null, _ => { }, "other");

        string folder = PanelFixture.FolderOf(host, manifest);
        string outside = Path.Combine(host.DataRoot, "elsewhere");
        Directory.Move(folder, outside);
        Directory.CreateSymbolicLink(folder, outside);
        await RefusedAsync(StatusCode.InvalidArgument, "FILE_OUTSIDE_ROOT", "path", spec => spec.Panel.Version = 1);
        Directory.Delete(folder);
        Directory.Move(outside, folder);
        await File.AppendAllTextAsync(Path.Combine(folder, "instruments.json"), " ");
        await RefusedAsync(StatusCode.FailedPrecondition, "PANEL_DAMAGED", null, _ => { });
        Assert.Empty((await host.Backtests.ListBacktestsAsync(new ListBacktestsRequest(), BacktestHost.Headers())).Backtests);

        async Task RefusedAsync(StatusCode status, string reason, string? field, Action<BacktestSpec> change, string project = "default")
        {
            BacktestSpec spec = Spec();
            change(spec);
            RpcError error = await BacktestHost.RefusedAsync(() =>
                host.Backtests.CreateBacktestAsync(new CreateBacktestRequest { Spec = spec }, BacktestHost.Headers(project)).ResponseAsync);
            Assert.Equal((status, reason), (error.Status, error.Reason));
            Assert.True(field is null || error.Violations.Any(one => one.Field == field), $"{reason}: {string.Join(", ", error.Violations.Select(one => one.Field))}");
        }
    }

    [Fact]
    public async Task Backtest_PanelWithHoles_IsRefusedWhenTheSpecSaysSo()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        PanelFixture.WriteDaily(host);
        BacktestSpec spec = Spec();
        spec.MissingBars = MissingBars.Refuse;
        Contracts.Backtest.V1.Backtest ended = await host.EndAsync((await host.CreateAsync(spec)).BacktestId);
        Assert.Equal("DATA_HOLES", ended.ErrorReason);
        Assert.Contains("600002.SH on 2024-01-11", ended.ErrorMessage, StringComparison.Ordinal);
        spec.Symbols.Add("600001.SH");
        Assert.Equal(BacktestState.Succeeded, (await host.EndAsync((await host.CreateAsync(spec)).BacktestId)).State);
    }

    private static JsonObject Parameters() => new() { ["fast"] = 3, ["slow"] = 10 };

    private static BacktestSpec Spec()
    {
        BacktestSpec spec = BacktestHost.Spec();
        spec.Panel = new PanelData { Dataset = "cn" };
        return spec;
    }
}

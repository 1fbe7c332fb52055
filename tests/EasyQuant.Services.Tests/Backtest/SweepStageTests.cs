using System.Collections.Immutable;
using System.Text.Json;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Engine;
using EasyQuant.Nodes.Hosting;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.Services.Tests.Backtest.Panels;
using EasyQuant.Services.Tests.Scheduler;
using EasyQuant.Testing;
using Grpc.Core;
using RuleBook = EasyQuant.Domain.RuleBook;
using SweepAxis = EasyQuant.Engine.SweepAxis;
using SweepTrial = EasyQuant.Contracts.Backtest.V1.SweepTrial;
using WalkForward = EasyQuant.Engine.WalkForward;
using WireSweepAxis = EasyQuant.Contracts.Backtest.V1.SweepAxis;
using WireTable = EasyQuant.Contracts.Common.V1.Table;
using WireWalkForward = EasyQuant.Contracts.Backtest.V1.WalkForward;

namespace EasyQuant.Services.Tests.Backtest;

public sealed class SweepStageTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(3));

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    [InlineData(false, 15)]
    public async Task WalkForward_Windows_AreThoseOfTheEngine(bool isAnchored, int warmUpDays)
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        PanelManifest manifest = PanelFixture.WriteDaily(host);
        SweepSpec spec = Spec();
        spec.WalkForward = new WireWalkForward { InSampleDayCount = 40, OutOfSampleDayCount = 20, Anchored = isAnchored };
        spec.Backtest.WarmUpDays = warmUpDays;
        Sweep ended = await EndAsync(host, spec);
        // 90 days: three windows, the last of 10 days; 9 combinations and one trial out-of-sample each.
        Assert.Equal((30, 30), (ended.TrialCount, ended.DoneCount));

        using OpenPanel open = PanelFixture.Open(host, manifest);
        WalkForwardResult expected = WalkForward.Run(
            MarketPanelOpener.Open(open.Panel), new WalkForwardPlan(40, 20, isAnchored, warmUpDays), Space(), new SweepPlan.Grid(), Cross, new BacktestSettings(), RuleBook.China,
            new SweepOptions(), null, _deadline.Token);
        List<SweepTrial> outside = [.. (await host.Sweeps.ListSweepTrialsAsync(
            new ListSweepTrialsRequest { SweepId = ended.SweepId, Sample = SweepSample.Out }, BacktestHost.Headers())).Trials];
        Assert.Equal(
            expected.Windows.Select(window => (window.OutOfSampleFirst.ToString("O"), window.OutOfSampleLast.ToString("O"), window.OutOfSample.Point["fast"], window.OutOfSample.FinalEquity.ToString())),
            outside.Select(trial => (trial.StartDate, trial.EndDate, trial.Parameters.Fields["fast"].NumberValue, trial.Metrics.Fields["final_equity"].StringValue)));
        Assert.Equal([1, 2, 3], outside.Select(trial => trial.Window));
        JsonElement verdict = JsonElement.Parse(ended.Assessment.ToString()).GetProperty("walk_forward");
        Assert.Equal(expected.OutOfSampleReturn, verdict.GetProperty("out_of_sample_return").GetDouble(), 12);
        // Three windows tried 9 combinations each; the ledger counts what ran on the same days once, with the three trials out-of-sample.
        JsonElement trials = verdict.GetProperty("trials");
        Assert.Equal(27, trials.GetProperty("trial_count").GetInt64());
        Assert.Equal([9, 9, 9], verdict.GetProperty("windows").EnumerateArray().Select(window => window.GetProperty("in_sample_trial_count").GetInt32()));
        List<SweepTrial> inside = [.. (await host.Sweeps.ListSweepTrialsAsync(
            new ListSweepTrialsRequest { SweepId = ended.SweepId, Sample = SweepSample.In, PageSize = 100 }, BacktestHost.Headers())).Trials];
        TrialSummary search = TrialSummary.Of(
            inside.Select(trial => trial.Metrics.Fields["sharpe"].NumberValue / Math.Sqrt(BacktestStatistics.DaysPerYear)).ToArray());
        Assert.Equal(search.Variance, trials.GetProperty("sharpe_variance").GetDouble(), 12);
        Assert.Equal(DeflatedSharpe.ExpectedMaximum(27, search.Variance), trials.GetProperty("expected_maximum_sharpe").GetDouble(), 12);
        GetTrialLedgerResponse ledger = await host.Trials.GetTrialLedgerAsync(new GetTrialLedgerRequest { Family = "sma_cross" }, BacktestHost.Headers());
        Assert.Equal(ledger.TrialCount, verdict.GetProperty("family_trials").GetProperty("trial_count").GetInt64());
        Assert.True(
            trials.GetProperty("deflated_sharpe").GetDouble() < trials.GetProperty("probabilistic_sharpe").GetDouble(), "27 trials make the ratio no likelier");
        Assert.Equal(
            expected.Windows.Select(window => window.InSample.TotalReturn),
            verdict.GetProperty("windows").EnumerateArray().Select(window => window.GetProperty("in_sample_return").GetDouble()));
        ListSweepTrialsResponse second = await host.Sweeps.ListSweepTrialsAsync(
            new ListSweepTrialsRequest { SweepId = ended.SweepId, Sample = SweepSample.In, Window = 2, OrderBy = "total_return" }, BacktestHost.Headers());
        Assert.Equal(9, second.Trials.Count);
        Assert.Equal(expected.Windows[1].InSample.TotalReturn, second.Trials[0].Metrics.Fields["total_return"].NumberValue);
    }

    [Fact]
    public async Task Halving_Rounds_FindWhatTheEngineFinds()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        PanelManifest manifest = PanelFixture.WriteDaily(host);
        SweepSpec spec = Spec();
        (spec.Halving, spec.Objective) = (new HalvingSearch { Factor = 3, DayCountMin = 10 }, Contracts.Backtest.V1.SweepObjective.Sharpe);
        Sweep ended = await EndAsync(host, spec);
        List<SweepTrial> trials = [.. (await host.Sweeps.ListSweepTrialsAsync(new ListSweepTrialsRequest { SweepId = ended.SweepId }, BacktestHost.Headers())).Trials];
        // 9 combinations over 10 days, the best 3 over 30, the best over all 90.
        Assert.Equal([9, 3, 1], trials.GroupBy(trial => trial.Round).Select(round => round.Count()));
        using OpenPanel open = PanelFixture.Open(host, manifest);
        SweepResult expected = StrategySweep.Run(
            MarketPanelOpener.Open(open.Panel), Space(), new SweepPlan.Halving(0, 9, 3, 10), Cross, new BacktestSettings(), RuleBook.China,
            new SweepOptions { Objective = Engine.SweepObjective.Sharpe }, null, _deadline.Token);
        Assert.Equal(
            expected.Trials.Select(trial => (trial.Point["fast"], trial.Point["slow"], trial.FinalEquity.ToString())),
            trials.Select(trial => (trial.Parameters.Fields["fast"].NumberValue, trial.Parameters.Fields["slow"].NumberValue, trial.Metrics.Fields["final_equity"].StringValue)));
    }

    [Fact]
    public async Task PerSymbol_Kernel_GivesTheLanesAndTheirSums()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        PanelManifest manifest = PanelFixture.WriteDaily(host);
        SweepSpec spec = Spec();
        spec.PerSymbol = true;
        spec.Axes[1].Values.Add(Google.Protobuf.WellKnownTypes.Value.ForNumber(2));
        Sweep ended = await EndAsync(host, spec);
        // slow = 2 is not above fast = 2, 3 and 4.
        Assert.Equal((12, 12, 3), (ended.TrialCount, ended.DoneCount, ended.FailedCount));
        await EndAsync(host, spec);
        GetTrialLedgerResponse ledger = await host.Trials.GetTrialLedgerAsync(new GetTrialLedgerRequest { Family = "sma_cross" }, BacktestHost.Headers());
        // Each combination that ran is a try, once however often it is swept.
        Assert.Equal((9, 0, null), (ledger.TrialCount, ledger.MeanSharpe, ledger.Best));
        using OpenPanel open = PanelFixture.Open(host, manifest);
        MarketPanel panel = MarketPanelOpener.Open(open.Panel);
        ImmutableArray<SmaCrossSignal> signals = [.. from fast in new[] { 2, 3, 4 } from slow in new[] { 6, 9, 12 } select new SmaCrossSignal(fast, slow, 1_000) { RepeatsExit = true }];
        SignalSweepResult expected = SignalSweep.Run(panel, signals, new BacktestSettings(), RuleBook.China, 2, null, _deadline.Token);
        List<WireTable> pages = [];
        string token = "";
        do
        {
            ReadSweepTableResponse page = await host.Sweeps.ReadSweepTableAsync(
                new ReadSweepTableRequest { SweepId = ended.SweepId, PageSize = 20, PageToken = token }, BacktestHost.Headers());
            pages.Add(page.Rows);
            token = page.NextPageToken;
        }
        while (token.Length > 0);

        Assert.Equal(2, pages.Count);
        Assert.Equal(expected.Lanes.Select(lane => lane.Equity.Units), pages.SelectMany(page => page.Columns.Single(column => column.Name == "equity").Integers));
        Assert.Equal(
            panel.Series.SelectMany(series => Enumerable.Repeat(series.Instrument.Symbol.ToString(), 9)),
            pages.SelectMany(page => page.Columns.Single(column => column.Name == "symbol").Strings));
        GetSweepHeatMapResponse map = await host.Sweeps.GetSweepHeatMapAsync(
            new GetSweepHeatMapRequest { SweepId = ended.SweepId, XParameter = "slow", YParameter = "fast", Metric = "total_return" }, BacktestHost.Headers());
        double first = Enumerable.Range(0, 3).Sum(i => (double)expected[i, 0].Equity.Units) / (3 * (double)new BacktestSettings().InitialCash.Units);
        Assert.Equal(first - 1, map.Cells[0], 12);
    }

    [Fact]
    public async Task PerSymbol_OtherSignalForm_GivesItsLanesAndParameters()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        PanelManifest manifest = PanelFixture.WriteDaily(host);
        SweepSpec spec = Spec();
        (spec.PerSymbol, spec.Backtest.Strategy) = (true, "bollinger");
        spec.Axes.Clear();
        spec.Axes.Add(new WireSweepAxis { Parameter = "period", RangeStart = 5, RangeEnd = 8, RangeStep = 1 });
        Sweep ended = await EndAsync(host, spec);
        using OpenPanel open = PanelFixture.Open(host, manifest);
        ImmutableArray<BollingerSignal> signals = [.. Enumerable.Range(5, 4).Select(period => new BollingerSignal(period, 2, 1_000))];
        SignalSweepResult expected = SignalSweep.Run(
            MarketPanelOpener.Open(open.Panel), signals, new BacktestSettings(), RuleBook.China, 2, null, _deadline.Token);
        ReadSweepTableResponse page = await host.Sweeps.ReadSweepTableAsync(
            new ReadSweepTableRequest { SweepId = ended.SweepId, PageSize = 100 }, BacktestHost.Headers());
        Assert.Equal(expected.Lanes.Select(lane => lane.Equity.Units), page.Rows.Columns.Single(column => column.Name == "equity").Integers);
        Assert.Equal([5L, 6, 7, 8], page.Rows.Columns.Single(column => column.Name == "period").Integers.Take(4));
        Assert.Equal([2.0, 2.0], page.Rows.Columns.Single(column => column.Name == "deviations").Doubles.Take(2));
    }

    [Fact]
    public async Task Table_Trials_ArriveAsColumnsAndAsFiles()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        Sweep ended = await host.EndSweepAsync((await host.CreateSweepAsync(BacktestHost.SweepOf(4, 5))).SweepId);
        ReadSweepTableResponse first = await host.Sweeps.ReadSweepTableAsync(new ReadSweepTableRequest { SweepId = ended.SweepId, PageSize = 15 }, BacktestHost.Headers());
        ReadSweepTableResponse rest = await host.Sweeps.ReadSweepTableAsync(
            new ReadSweepTableRequest { SweepId = ended.SweepId, PageSize = 15, PageToken = first.NextPageToken }, BacktestHost.Headers());
        Assert.Equal((15, 5, ""), (first.Rows.RowCount, rest.Rows.RowCount, rest.NextPageToken));
        ListSweepTrialsResponse all = await host.Sweeps.ListSweepTrialsAsync(new ListSweepTrialsRequest { SweepId = ended.SweepId }, BacktestHost.Headers());
        Table arrow = ArrowFile.Read(await ExportAsync(host, ended.SweepId, ExportFormat.Arrow));
        Assert.Equal(20, arrow.RowCount);
        Assert.Equal(
            all.Trials.Select(trial => trial.Metrics?.Fields["total_return"].NumberValue ?? double.NaN), arrow.GetColumn<Float64Column>("total_return").Values.ToArray());
        Assert.Equal(all.Trials.Select(trial => trial.Parameters.Fields["fast"].NumberValue), arrow.GetColumn<Float64Column>("fast").Values.ToArray());
        Assert.Equal("PARAMETER_OUT_OF_RANGE", arrow.GetColumn<StringColumn>("error_reason").GetString(5));
        Assert.Equal(20, ParquetFile.Read(await ExportAsync(host, ended.SweepId, ExportFormat.Parquet)).RowCount);
        string csv = System.Text.Encoding.UTF8.GetString(await ExportAsync(host, ended.SweepId, ExportFormat.Csv));
        Assert.Equal(21, csv.TrimEnd('\n').Split('\n').Length);
        Assert.Equal(20, JsonElement.Parse(await ExportAsync(host, ended.SweepId, ExportFormat.Json)).GetArrayLength());
        Assert.Equal("EXPORT_FORMAT_INVALID", (await BacktestHost.RefusedAsync(() => ExportAsync(host, ended.SweepId, ExportFormat.Html))).Reason);
    }

    [Fact]
    public async Task Sweep_OfASource_UsesSeveralProcesses()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        const string Slow =
            """
            public sealed class Slow(int n) : IStrategy
            {
                private double _x;
                public void OnStart(StrategyContext context) { }
                public void OnBar(StrategyContext context, int instrument, in Bar bar) { for (int i = 0; i < 200_000 + n; i++) { _x = Math.Sqrt(_x + i); } }
                public void OnStop(StrategyContext context) { }
            }
            """;
        SweepSpec spec = new()
        {
            Backtest = new BacktestSpec { Strategy = "slow", Source = new StrategySource { Text = Slow } },
            Axes = { new WireSweepAxis { Parameter = "n", RangeStart = 1, RangeEnd = 8, RangeStep = 1 } },
        };
        string id = (await host.CreateSweepAsync(spec)).SweepId;
        string folder = Path.Combine(host.DataRoot, "sandbox");
        if (Environment.ProcessorCount > 1)
        {
            await Eventually.TrueAsync(
                "two processes of one sweep", () => Task.FromResult(Directory.GetDirectories(folder, "job-*").Length >= 2), BacktestHost.Patience);
        }

        Sweep ended = await host.EndSweepAsync(id);
        Assert.Equal((BacktestState.Succeeded, 8, 0), (ended.State, ended.DoneCount, ended.FailedCount));
    }

    [Fact]
    public async Task Create_WrongSearch_NamesTheField()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        PanelFixture.WriteDaily(host);
        await RefusedAsync("COUNT_OUT_OF_RANGE", "spec.halving.factor", spec => spec.Halving = new HalvingSearch { Factor = 11 });
        await RefusedAsync("COUNT_OUT_OF_RANGE", "spec.walk_forward.in_sample_day_count", spec => spec.WalkForward = new WireWalkForward { OutOfSampleDayCount = 5 });
        await RefusedAsync("COUNT_OUT_OF_RANGE", "spec.walk_forward.out_of_sample_day_count", spec => spec.WalkForward = new WireWalkForward { InSampleDayCount = 5 });
        await RefusedAsync("FIELD_CONFLICT", "spec.per_symbol", spec => (spec.PerSymbol, spec.Halving) = (true, new HalvingSearch()));
        await RefusedAsync("FIELD_CONFLICT", "spec.per_symbol", spec =>
        {
            spec.PerSymbol = true;
            spec.Backtest.Parameters = new() { Fields = { ["fraction"] = Google.Protobuf.WellKnownTypes.Value.ForNumber(0.5) } };
        });
        await RefusedAsync("NOT_SUPPORTED", "spec.per_symbol", spec =>
        {
            (spec.PerSymbol, spec.Backtest.Strategy) = (true, "grid");
            spec.Axes.Clear();
            spec.Axes.Add(new WireSweepAxis { Parameter = "levels", RangeStart = 5, RangeEnd = 9, RangeStep = 1 });
        });
        SweepSpec long1 = Spec();
        long1.WalkForward = new WireWalkForward { InSampleDayCount = 90, OutOfSampleDayCount = 5 };
        Sweep empty = await host.EndSweepAsync((await host.CreateSweepAsync(long1)).SweepId);
        Assert.Equal("PERIOD_EMPTY", empty.ErrorReason);

        async Task RefusedAsync(string reason, string field, Action<SweepSpec> change)
        {
            SweepSpec spec = Spec();
            change(spec);
            RpcError error = await BacktestHost.RefusedAsync(() => host.CreateSweepAsync(spec));
            Assert.Equal((StatusCode.InvalidArgument, reason), (error.Status, error.Reason));
            Assert.Contains(field, error.Violations.Select(one => one.Field));
        }
    }

    internal static SweepSpec Spec()
    {
        BacktestSpec backtest = new() { Strategy = "sma_cross", Panel = new PanelData { Dataset = "cn" } };
        return new SweepSpec
        {
            Backtest = backtest,
            Axes =
            {
                new WireSweepAxis { Parameter = "fast", RangeStart = 2, RangeEnd = 4, RangeStep = 1 },
                new WireSweepAxis
                {
                    Parameter = "slow",
                    Values =
                    {
                        Google.Protobuf.WellKnownTypes.Value.ForNumber(6), Google.Protobuf.WellKnownTypes.Value.ForNumber(9),
                        Google.Protobuf.WellKnownTypes.Value.ForNumber(12),
                    },
                },
            },
        };
    }

    private static SweepSpace Space() => new([new SweepAxis("fast", [2, 3, 4]), new SweepAxis("slow", [6, 9, 12])]);

    private static IStrategy Cross(SweepPoint point) => StrategyCatalog.Bind(
        "sma_cross", new System.Text.Json.Nodes.JsonObject { ["fast"] = point["fast"], ["slow"] = point["slow"] }).Create();

    private static async Task<Sweep> EndAsync(BacktestHost host, SweepSpec spec)
    {
        Sweep ended = await host.EndSweepAsync((await host.CreateSweepAsync(spec)).SweepId);
        Assert.Equal((BacktestState.Succeeded, ""), (ended.State, ended.ErrorMessage));
        return ended;
    }

    private async Task<byte[]> ExportAsync(BacktestHost host, string sweepId, ExportFormat format)
    {
        using AsyncServerStreamingCall<ExportSweepResponse> call = host.Sweeps.ExportSweep(
            new ExportSweepRequest { SweepId = sweepId, Format = format }, BacktestHost.Headers());
        using var file = new MemoryStream();
        while (await call.ResponseStream.MoveNext(_deadline.Token))
        {
            call.ResponseStream.Current.File.Data.WriteTo(file);
        }

        return file.ToArray();
    }
}

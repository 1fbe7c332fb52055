using System.Text;
using System.Text.Json.Nodes;
using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.Testing;
using Grpc.Core;

namespace EasyQuant.Services.Tests.Backtest;

public sealed class BacktestResultTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(3));

    [Fact]
    public async Task Result_OrdersAndFills_FitTheMetrics()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        string id = (await host.EndAsync((await host.CreateAsync(BacktestHost.Spec())).BacktestId)).BacktestId;
        Contracts.Backtest.V1.Backtest backtest = (await host.Backtests.GetBacktestAsync(new GetBacktestRequest { BacktestId = id }, BacktestHost.Headers())).Backtest;
        ReadOrdersResponse orders = await host.Backtests.ReadOrdersAsync(new ReadOrdersRequest { BacktestId = id }, BacktestHost.Headers());
        ReadFillsResponse fills = await host.Backtests.ReadFillsAsync(new ReadFillsRequest { BacktestId = id }, BacktestHost.Headers());
        Assert.Equal(backtest.Metrics.Fields["order_count"].NumberValue, orders.Orders.RowCount);
        Assert.Equal(backtest.Metrics.Fields["fill_count"].NumberValue, fills.Fills.RowCount);
        Assert.Equal(Enumerable.Range(1, orders.Orders.RowCount).Select(n => (long)n), orders.Orders.Columns[0].Integers);
        Assert.Equal(0, (await host.Backtests.ReadFaultsAsync(new ReadFaultsRequest { BacktestId = id }, BacktestHost.Headers())).Faults.RowCount);
        Assert.Equal(1, backtest.AttemptCount);
        Assert.True(backtest.CreateTime.ToDateTime() <= backtest.StartTime.ToDateTime() && backtest.StartTime.ToDateTime() <= backtest.EndTime.ToDateTime());
    }

    [Fact]
    public async Task Export_CsvAndJson_HoldWhatThePagesHold()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        string id = (await host.EndAsync((await host.CreateAsync(BacktestHost.Spec())).BacktestId)).BacktestId;
        (string csv, string type) = await ExportAsync(host, new ExportBacktestRequest { BacktestId = id, Format = ExportFormat.Csv });
        string[] lines = csv.TrimEnd('\n').Split('\n');
        Assert.Equal("text/csv; charset=utf-8", type);
        Assert.StartsWith("trading_date,equity,cash,drawdown", lines[0], StringComparison.Ordinal);
        Assert.Equal(BacktestHost.DayCount + 1, lines.Length);
        Assert.StartsWith("2024-01-01,1000000", lines[1], StringComparison.Ordinal);
        (string json, _) = await ExportAsync(host, new ExportBacktestRequest { BacktestId = id, Format = ExportFormat.Json });
        JsonNode whole = JsonNode.Parse(json)!;
        Assert.Equal(id, (string?)whole["backtest_id"]);
        Assert.Equal(BacktestHost.DayCount, whole["equity"]!.AsArray().Count);
        Assert.Equal((int)whole["metrics"]!["fill_count"]!, whole["fills"]!.AsArray().Count);
        RpcError table = await BacktestHost.RefusedAsync(() => ExportAsync(host, new ExportBacktestRequest { BacktestId = id, Format = ExportFormat.Csv, Table = "x" }));
        Assert.Equal("TABLE_NOT_FOUND", table.Reason);
        RpcError format = await BacktestHost.RefusedAsync(() => ExportAsync(host, new ExportBacktestRequest { BacktestId = id }));
        Assert.Equal("EXPORT_FORMAT_INVALID", format.Reason);
        (string html, string htmlType) = await ExportAsync(host, new ExportBacktestRequest { BacktestId = id, Format = ExportFormat.Html, Language = "zh", RedUp = true });
        Assert.Equal("text/html; charset=utf-8", htmlType);
        Assert.Contains("id=\"lang-zh\" aria-label=\"中文\" checked", html, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"colour-green\" aria-label=\"green up / 绿涨\" checked", html, StringComparison.Ordinal);
        (string figures, _) = await ExportAsync(host, new ExportBacktestRequest { BacktestId = id, Format = ExportFormat.Csv, Table = "figures" });
        Assert.True(figures.Split('\n').Length > 65, figures);
        GetPerformanceResponse performance = await host.Backtests.GetPerformanceAsync(new GetPerformanceRequest { BacktestId = id }, BacktestHost.Headers());
        Assert.Equal("easyquant/report/1", performance.Report.Fields["schema"].StringValue);
    }

    [Fact]
    public async Task Compare_TwoBacktests_GivesFiguresAndThinCurves()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        string first = (await host.EndAsync((await host.CreateAsync(BacktestHost.Spec())).BacktestId)).BacktestId;
        string second = (await host.EndAsync((await host.CreateAsync(BacktestHost.Spec(5, 20))).BacktestId)).BacktestId;
        CompareBacktestsResponse response = await host.Backtests.CompareBacktestsAsync(
            new CompareBacktestsRequest { BacktestIds = { second, first }, PointCountMax = 10 }, BacktestHost.Headers());
        Assert.Equal([second, first], response.Backtests.Select(one => one.BacktestId));
        Assert.Equal([5, 3], response.Backtests.Select(one => one.Parameters.Fields["fast"].NumberValue));
        Assert.All(response.Backtests, one =>
        {
            Assert.InRange(one.Curve.RowCount, 2, 10);
            Assert.Equal(1, one.Curve.Columns[1].Doubles[0]);
            double growth = double.Parse(one.Metrics.Fields["final_equity"].StringValue, System.Globalization.CultureInfo.InvariantCulture) / 1_000_000;
            Assert.Equal(growth, one.Curve.Columns[1].Doubles[^1], 3);
        });
        RpcError alone = await BacktestHost.RefusedAsync(() => host.Backtests.CompareBacktestsAsync(
            new CompareBacktestsRequest { BacktestIds = { first } }, BacktestHost.Headers()).ResponseAsync);
        Assert.Equal("COUNT_OUT_OF_RANGE", alone.Reason);
    }

    [Fact]
    public async Task List_FilterByStateAndFamily_KeepsThose()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        BacktestSpec spec = BacktestHost.Spec();
        spec.Family = "crosses";
        string id = (await host.EndAsync((await host.CreateAsync(spec)).BacktestId)).BacktestId;
        Assert.Equal([id], await IdsAsync(new ListBacktestsRequest { Family = "crosses", State = BacktestState.Succeeded }));
        Assert.Empty(await IdsAsync(new ListBacktestsRequest { State = BacktestState.Failed }));
        Assert.Empty(await IdsAsync(new ListBacktestsRequest { Family = "sma_cross" }));

        async Task<IEnumerable<string>> IdsAsync(ListBacktestsRequest request) =>
            (await host.Backtests.ListBacktestsAsync(request, BacktestHost.Headers())).Backtests.Select(one => one.BacktestId);
    }

    [Theory]
    [InlineData("update data.daily_bars set close = -1 where symbol = '600002.SH' and trading_date = '2024-02-03'", "VALUE_NEGATIVE", "\"close\" of 600002.SH on 2024-02-03")]
    [InlineData("alter table data.daily_bars alter open type float8; update data.daily_bars set open = 'NaN' where symbol = '600001.SH' and trading_date = '2024-02-03'", "VALUE_NOT_FINITE", "\"open\" of 600001.SH on 2024-02-03")]
    [InlineData("alter table data.daily_bars alter volume type float8; update data.daily_bars set volume = 'Infinity' where symbol = '600001.SH' and trading_date = '2024-02-03'", "VALUE_NOT_FINITE", "\"volume\" of 600001.SH on 2024-02-03")]
    [InlineData("update data.daily_bars set volume = -5 where symbol = '600001.SH' and trading_date = '2024-02-03'", "VALUE_NEGATIVE", "\"volume\" of 600001.SH on 2024-02-03")]
    [InlineData("update data.daily_bars set high = null where symbol = '600001.SH' and trading_date = '2024-02-03'", "VALUE_MISSING", "\"high\" is null")]
    [InlineData("delete from data.daily_bars where symbol = '600001.SH' and trading_date = '2024-02-03'", "DATA_HOLES", "600001.SH on 2024-02-03")]
    public async Task Backtest_BadBars_FailsWithTheirNames(string damage, string reason, string message)
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        await host.ExecuteAsync(damage, _deadline.Token);
        BacktestSpec spec = BacktestHost.Spec();
        spec.MissingBars = MissingBars.Refuse;
        Contracts.Backtest.V1.Backtest ended = await host.EndAsync((await host.CreateAsync(spec)).BacktestId);
        Assert.Equal((BacktestState.Failed, reason), (ended.State, ended.ErrorReason));
        Assert.Contains(message, ended.ErrorMessage, StringComparison.Ordinal);
        GetTrialLedgerResponse ledger = await host.Trials.GetTrialLedgerAsync(new GetTrialLedgerRequest { Family = "sma_cross" }, BacktestHost.Headers());
        Assert.Equal(0, ledger.TrialCount);
    }

    [Fact]
    public async Task Ledger_RepeatedAndOtherBacktests_CountsEachOnce()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        await host.EndAsync((await host.CreateAsync(BacktestHost.Spec())).BacktestId);
        await host.EndAsync((await host.CreateAsync(BacktestHost.Spec())).BacktestId);
        await host.EndAsync((await host.CreateAsync(BacktestHost.Spec(4, 15))).BacktestId);
        GetTrialLedgerResponse ledger = await host.Trials.GetTrialLedgerAsync(new GetTrialLedgerRequest { Family = "sma_cross" }, BacktestHost.Headers());
        Assert.Equal((2L, 2.0), (ledger.TrialCount, ledger.Assessment.Fields["trial_count"].NumberValue));
        Assert.InRange(ledger.Assessment.Fields["deflated_sharpe"].NumberValue, 0, 1);
        ListTrialsResponse page = await host.Trials.ListTrialsAsync(new ListTrialsRequest { Family = "sma_cross", PageSize = 1 }, BacktestHost.Headers());
        ListTrialsResponse rest = await host.Trials.ListTrialsAsync(
            new ListTrialsRequest { Family = "sma_cross", PageSize = 1, PageToken = page.NextPageToken }, BacktestHost.Headers());
        Assert.Equal([4, 3], page.Trials.Concat(rest.Trials).Select(trial => trial.Parameters.Fields["fast"].NumberValue));
        Assert.Equal("", rest.NextPageToken);
        GetTrialLedgerResponse outside = await host.Trials.GetTrialLedgerAsync(
            new GetTrialLedgerRequest { Family = "sma_cross", StartDate = "2020-01-01", EndDate = "2020-12-31" }, BacktestHost.Headers());
        GetTrialLedgerResponse foreign = await host.Trials.GetTrialLedgerAsync(new GetTrialLedgerRequest { Family = "sma_cross" }, BacktestHost.Headers("other"));
        Assert.Equal((0L, 0L), (outside.TrialCount, foreign.TrialCount));
    }

    [Fact]
    public async Task Trials_SecondOfAFamily_IsDeflatedByBothAsTheLedgerSays()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        Contracts.Backtest.V1.Backtest worse = await EndAsync(BacktestHost.Spec());
        Assert.Equal(0, worse.Trials.Fields["expected_maximum_sharpe"].NumberValue);
        Assert.Equal(worse.Trials.Fields["probabilistic_sharpe"], worse.Trials.Fields["deflated_sharpe"]);
        Contracts.Backtest.V1.Backtest better = await EndAsync(BacktestHost.Spec(4, 15));
        GetTrialLedgerResponse ledger = await host.Trials.GetTrialLedgerAsync(new GetTrialLedgerRequest { Family = "sma_cross" }, BacktestHost.Headers());
        bool isBest = better.Metrics.Fields["sharpe"].NumberValue > worse.Metrics.Fields["sharpe"].NumberValue;
        Assert.Equal([1.0, 2.0], new[] { worse, better }.Select(one => one.Trials.Fields["trial_count"].NumberValue));
        Assert.Equal(ledger.Assessment.Fields["expected_maximum_sharpe"], better.Trials.Fields["expected_maximum_sharpe"]);
        Assert.True(better.Trials.Fields["expected_maximum_sharpe"].NumberValue > 0);
        Assert.True(better.Trials.Fields["deflated_sharpe"].NumberValue < better.Trials.Fields["probabilistic_sharpe"].NumberValue);
        if (isBest)
        {
            Assert.Equal(ledger.Assessment, better.Trials);
        }

        // A repetition is the same trial; what came later does not change the first result.
        Contracts.Backtest.V1.Backtest repeated = await EndAsync(BacktestHost.Spec(4, 15));
        Assert.Equal(better.Trials, repeated.Trials);
        Assert.Equal(worse, (await host.Backtests.GetBacktestAsync(new GetBacktestRequest { BacktestId = worse.BacktestId }, BacktestHost.Headers())).Backtest);

        var id = new GetPerformanceRequest { BacktestId = better.BacktestId };
        Assert.Equal(better.Trials, (await host.Backtests.GetPerformanceAsync(id, BacktestHost.Headers())).Report.Fields["trials"].StructValue);
        CompareBacktestsResponse compared = await host.Backtests.CompareBacktestsAsync(
            new CompareBacktestsRequest { BacktestIds = { worse.BacktestId, better.BacktestId } }, BacktestHost.Headers());
        Assert.Equal([worse.Trials, better.Trials], compared.Backtests.Select(one => one.Trials));
        var request = new ExportBacktestRequest { BacktestId = better.BacktestId, Table = "figures", Format = ExportFormat.Csv };
        (string csv, _) = await ExportAsync(host, request);
        Assert.Contains("\ntrials,trial_count,", csv, StringComparison.Ordinal);
        Assert.Contains("\ntrials,deflated_sharpe,", csv, StringComparison.Ordinal);
        request.Format = ExportFormat.Json;
        JsonNode whole = JsonNode.Parse((await ExportAsync(host, request)).Text)!;
        Assert.Equal(better.Trials.Fields["deflated_sharpe"].NumberValue, (double)whole["trials"]!["deflated_sharpe"]!);
        Assert.Equal("trials", (string?)whole["figures"]!.AsArray()[^1]!["section"]);
        request.Format = ExportFormat.Parquet;
        Assert.NotEmpty((await ExportAsync(host, request)).Text);
        request.Format = ExportFormat.Html;
        (string page, _) = await ExportAsync(host, request);
        Assert.Contains("Trials of this family in this window", page, StringComparison.Ordinal);
        Assert.Contains("同策略族同窗口试验次数", page, StringComparison.Ordinal);
        Assert.Contains("缩水夏普概率", page, StringComparison.Ordinal);

        async Task<Contracts.Backtest.V1.Backtest> EndAsync(BacktestSpec spec) => await host.EndAsync((await host.CreateAsync(spec)).BacktestId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task BiasCheck_OfABacktest_StoresItsVerdicts(bool isSource)
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        BacktestSpec spec = BacktestHost.Spec();
        if (isSource)
        {
            spec.Parameters = null;
            spec.Source = new StrategySource
            {
                Text = "public sealed class Mine : IStrategy { int _n; public void OnStart(StrategyContext c) { } public void OnStop(StrategyContext c) { } "
                    + "public void OnBar(StrategyContext c, int i, in Bar b) { _n++; if (_n % 40 == i) c.Buy(i, 1000); else if (_n % 40 == 20 + i) c.Sell(i, c.Position(i)); } }",
            };
        }

        string id = (await host.EndAsync((await host.CreateAsync(spec)).BacktestId)).BacktestId;
        var request = new CreateBiasCheckRequest
        {
            RequestId = Guid.NewGuid().ToString("D"),
            Spec = new BiasSpec { BacktestId = id, ShuffleCount = 10, CutCount = 1 },
        };
        string check = (await host.Trials.CreateBiasCheckAsync(request, BacktestHost.Headers())).BiasCheck.BiasCheckId;
        Assert.Equal(check, (await host.Trials.CreateBiasCheckAsync(request, BacktestHost.Headers())).BiasCheck.BiasCheckId);
        BiasCheck ended = await Scheduler.Eventually.BecomesAsync(
            $"bias check {check} to end",
            async () => (await host.Trials.GetBiasCheckAsync(new GetBiasCheckRequest { BiasCheckId = check }, BacktestHost.Headers())).BiasCheck,
            one => one.EndTime is not null,
            BacktestHost.Patience);
        Assert.True(ended.State == BacktestState.Succeeded, ended.ErrorMessage);
        Assert.Equal(5, ended.Verdict.Fields["verdicts"].ListValue.Values.Count);
        // Neither strategy looks ahead.
        Assert.Contains(ended.Verdict.Fields["verdicts"].ListValue.Values[0].StructValue.Fields["outcome"].StringValue, new[] { "passed", "not_applicable" });
        ListBiasChecksResponse list = await host.Trials.ListBiasChecksAsync(new ListBiasChecksRequest { BacktestId = id }, BacktestHost.Headers());
        Assert.Equal(ended, Assert.Single(list.BiasChecks));
        Assert.Single((await host.Backtests.ListBacktestsAsync(new ListBacktestsRequest(), BacktestHost.Headers())).Backtests);
        RpcError foreign = await BacktestHost.RefusedAsync(() => host.Trials.GetBiasCheckAsync(
            new GetBiasCheckRequest { BiasCheckId = check }, BacktestHost.Headers("other")).ResponseAsync);
        Assert.Equal("BIAS_CHECK_NOT_FOUND", foreign.Reason);
        request.Spec.ShuffleCount = 5;
        RpcError range = await BacktestHost.RefusedAsync(() => host.Trials.CreateBiasCheckAsync(request, BacktestHost.Headers()).ResponseAsync);
        Assert.Equal(("PARAMETER_OUT_OF_RANGE", "spec.shuffle_count"), (range.Reason, range.Violations[0].Field));
    }

    private static async Task<(string Text, string ContentType)> ExportAsync(BacktestHost host, ExportBacktestRequest request)
    {
        using AsyncServerStreamingCall<ExportBacktestResponse> call = host.Backtests.ExportBacktest(request, BacktestHost.Headers());
        var bytes = new MemoryStream();
        string type = "";
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
            type = call.ResponseStream.Current.File.ContentType;
            call.ResponseStream.Current.File.Data.WriteTo(bytes);
        }

        return (Encoding.UTF8.GetString(bytes.ToArray()), type);
    }
}

using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.Testing;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace EasyQuant.Services.Tests.Backtest;

public sealed class SweepServiceTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(3));

    [Fact]
    public async Task Sweep_Grid_EqualsTheBacktestsOneByOne()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        string requestId = Guid.NewGuid().ToString("D");
        Sweep sweep = await host.CreateSweepAsync(BacktestHost.SweepOf(4, 5), requestId);
        Assert.Equal(sweep.SweepId, (await host.CreateSweepAsync(BacktestHost.SweepOf(4, 5), requestId)).SweepId);
        Sweep ended = await host.EndSweepAsync(sweep.SweepId);
        // Of fast 1..4 and slow 2..6, fast is not below slow in 1 + 2 + 3 - of those with slow 2, 3, 4.
        Assert.Equal((BacktestState.Succeeded, 20, 20, 6), (ended.State, ended.TrialCount, ended.DoneCount, ended.FailedCount));
        ListSweepTrialsResponse all = await host.Sweeps.ListSweepTrialsAsync(new ListSweepTrialsRequest { SweepId = sweep.SweepId }, BacktestHost.Headers());
        Assert.Equal(Enumerable.Range(0, 20), all.Trials.Select(trial => trial.Trial));
        SweepTrial one = all.Trials.Single(trial => trial.Parameters.Fields["fast"].NumberValue == 3 && trial.Parameters.Fields["slow"].NumberValue == 6);
        Contracts.Backtest.V1.Backtest alone = await host.EndAsync((await host.CreateAsync(BacktestHost.Spec(3, 6))).BacktestId);
        Assert.Equal(alone.Metrics.Fields["final_equity"], one.Metrics.Fields["final_equity"]);
        Assert.Equal(alone.Metrics.Fields["sharpe"], one.Metrics.Fields["sharpe"]);
        Assert.Equal("PARAMETER_OUT_OF_RANGE", all.Trials.First(trial => trial.Metrics is null).ErrorReason);
        GetTrialLedgerResponse ledger = await host.Trials.GetTrialLedgerAsync(new GetTrialLedgerRequest { Family = "sma_cross" }, BacktestHost.Headers());
        Assert.Equal(14, ledger.TrialCount);
        Assert.Equal(14, ended.Assessment.Fields["trial_count"].NumberValue);
        Assert.InRange(ended.Assessment.Fields["overfitting_probability"].NumberValue, 0, 1);
        int best = (int)ended.Assessment.Fields["best_trial"].NumberValue;
        ListSweepTrialsResponse ranked = await host.Sweeps.ListSweepTrialsAsync(
            new ListSweepTrialsRequest { SweepId = sweep.SweepId, OrderBy = "sharpe", PageSize = 7 }, BacktestHost.Headers());
        Assert.Equal(best, ranked.Trials[0].Trial);
        double[] sharpes = [.. ranked.Trials.Select(trial => trial.Metrics.Fields["sharpe"].NumberValue)];
        Assert.Equal(sharpes.OrderDescending(), sharpes);
        ListSweepTrialsResponse rest = await host.Sweeps.ListSweepTrialsAsync(
            new ListSweepTrialsRequest { SweepId = sweep.SweepId, OrderBy = "sharpe", PageSize = 100, PageToken = ranked.NextPageToken }, BacktestHost.Headers());
        Assert.Equal(20, ranked.Trials.Concat(rest.Trials).Select(trial => trial.Trial).Distinct().Count());

        // The same sweep after one more backtest of the family: its best was chosen from 15.
        await host.EndAsync((await host.CreateAsync(BacktestHost.Spec(7, 30))).BacktestId);
        Sweep later = await host.EndSweepAsync((await host.CreateSweepAsync(BacktestHost.SweepOf(4, 5))).SweepId);
        ledger = await host.Trials.GetTrialLedgerAsync(new GetTrialLedgerRequest { Family = "sma_cross" }, BacktestHost.Headers());
        Assert.Equal((15, 15.0), (ledger.TrialCount, later.Assessment.Fields["trial_count"].NumberValue));
        Assert.Equal(ledger.Assessment.Fields["expected_maximum_sharpe"], later.Assessment.Fields["expected_maximum_sharpe"]);
        Assert.Equal(ended.Assessment.Fields["overfitting_probability"], later.Assessment.Fields["overfitting_probability"]);
    }

    [Fact]
    public async Task HeatMap_Grid_IsTheMatrixOfTheTrials()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        string id = (await host.EndSweepAsync((await host.CreateSweepAsync(BacktestHost.SweepOf(3, 10))).SweepId)).SweepId;
        GetSweepHeatMapResponse map = await host.Sweeps.GetSweepHeatMapAsync(
            new GetSweepHeatMapRequest { SweepId = id, XParameter = "slow", YParameter = "fast", Metric = "total_return" }, BacktestHost.Headers());
        Assert.Equal(["2", "3", "4", "5", "6", "7", "8", "9", "10", "11"], map.XValues);
        Assert.Equal(["1", "2", "3"], map.YValues);
        Assert.True(double.IsNaN(map.Cells[10]));
        ListSweepTrialsResponse all = await host.Sweeps.ListSweepTrialsAsync(new ListSweepTrialsRequest { SweepId = id }, BacktestHost.Headers());
        SweepTrial last = all.Trials[^1];
        Assert.Equal(last.Metrics.Fields["total_return"].NumberValue, map.Cells[^1], 12);
        RpcError error = await BacktestHost.RefusedAsync(() => host.Sweeps.GetSweepHeatMapAsync(
            new GetSweepHeatMapRequest { SweepId = id, XParameter = "lots", YParameter = "fast" }, BacktestHost.Headers()).ResponseAsync);
        Assert.Equal("PARAMETER_NOT_FOUND", error.Reason);
    }

    [Fact]
    public async Task Sweep_Random_DrawsEachOnceAndTheSameAgain()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        SweepSpec spec = BacktestHost.SweepOf(50, 900);
        (spec.RandomCount, spec.RandomSeed) = (12, 5);
        string first = (await host.EndSweepAsync((await host.CreateSweepAsync(spec)).SweepId)).SweepId;
        string second = (await host.EndSweepAsync((await host.CreateSweepAsync(spec)).SweepId)).SweepId;
        string[] drawn = await ParametersAsync(first);
        Assert.Equal(12, drawn.Distinct().Count());
        Assert.Equal(drawn, await ParametersAsync(second));

        async Task<string[]> ParametersAsync(string id) =>
            [.. (await host.Sweeps.ListSweepTrialsAsync(new ListSweepTrialsRequest { SweepId = id }, BacktestHost.Headers())).Trials
                .Select(trial => $"{trial.Parameters.Fields["fast"].NumberValue}/{trial.Parameters.Fields["slow"].NumberValue}")];
    }

    [Fact]
    public async Task Create_WrongSweep_IsRefusedAndChangesNothing()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        await RefusedAsync("SWEEP_EMPTY", "spec.axes", spec => spec.Axes.Clear());
        await RefusedAsync("SWEEP_TOO_LARGE", "spec.axes", spec => (spec.Axes[0].RangeEnd, spec.Axes[1].RangeEnd) = (900, 1000));
        await RefusedAsync("RANGE_INVALID", "spec.axes[0]", spec => spec.Axes[0].RangeStep = -1);
        await RefusedAsync("RANGE_INVALID", "spec.axes[0]", spec => spec.Axes[0].RangeEnd = double.PositiveInfinity);
        await RefusedAsync("NAME_INVALID", "spec.axes[1].parameter", spec => spec.Axes[1].Parameter = "fast");
        await RefusedAsync("FIELD_REQUIRED", "spec.axes[0].values", spec => spec.Axes[0].Values.Add(Value.ForNumber(1)));
        await RefusedAsync("UNKNOWN_PARAMETER", "spec.backtest.parameters.days", spec => spec.Axes[0].Parameter = "days");
        await RefusedAsync("PARAMETER_OUT_OF_RANGE", "spec.axes[1].values[999]", spec => spec.Axes[1].RangeEnd = 1001);
        await RefusedAsync("STRATEGY_NOT_FOUND", "spec.backtest.strategy", spec => spec.Backtest.Strategy = "magic");
        await RefusedAsync("COUNT_OUT_OF_RANGE", "spec.random_count", spec => spec.RandomCount = -1);
        await RefusedAsync("SYMBOL_NOT_FOUND", "spec.backtest.symbols", spec => spec.Backtest.Symbols.Add("600999.SH"));
        Assert.Empty((await host.Sweeps.ListSweepsAsync(new ListSweepsRequest(), BacktestHost.Headers())).Sweeps);

        async Task RefusedAsync(string reason, string field, Action<SweepSpec> change)
        {
            SweepSpec spec = BacktestHost.SweepOf(4, 5);
            change(spec);
            RpcError error = await BacktestHost.RefusedAsync(() => host.CreateSweepAsync(spec));
            Assert.Equal((StatusCode.InvalidArgument, reason, field), (error.Status, error.Reason, error.Violations[0].Field));
        }
    }

    [Fact]
    public async Task Sweep_OfAnotherProjectOrKind_IsNotFound()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        string id = (await host.CreateSweepAsync(BacktestHost.SweepOf(2, 2))).SweepId;
        string backtest = (await host.CreateAsync(BacktestHost.Spec())).BacktestId;
        Metadata foreign = BacktestHost.Headers("other");
        foreach (Func<Task> call in new Func<Task>[]
        {
            () => host.Sweeps.GetSweepAsync(new GetSweepRequest { SweepId = id }, foreign).ResponseAsync,
            () => host.Sweeps.CancelSweepAsync(new CancelSweepRequest { SweepId = id }, foreign).ResponseAsync,
            () => host.Sweeps.ListSweepTrialsAsync(new ListSweepTrialsRequest { SweepId = id }, foreign).ResponseAsync,
            () => host.Sweeps.GetSweepHeatMapAsync(new GetSweepHeatMapRequest { SweepId = id }, foreign).ResponseAsync,
            () => host.Sweeps.GetSweepAsync(new GetSweepRequest { SweepId = backtest }, BacktestHost.Headers()).ResponseAsync,
        })
        {
            Assert.Equal("SWEEP_NOT_FOUND", (await BacktestHost.RefusedAsync(call)).Reason);
        }
    }

    [Fact]
    public async Task Watch_Sweep_EndsWithItsEnd()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        string id = (await host.CreateSweepAsync(BacktestHost.SweepOf(10, 20))).SweepId;
        using AsyncServerStreamingCall<WatchSweepResponse> call = host.Sweeps.WatchSweep(new WatchSweepRequest { SweepId = id }, BacktestHost.Headers());
        List<int> done = [];
        while (await call.ResponseStream.MoveNext(_deadline.Token))
        {
            done.Add(call.ResponseStream.Current.Sweep.DoneCount);
        }

        Assert.Equal(200, done[^1]);
        Assert.Equal(done.Order(), done);
    }

    [Fact]
    public async Task Cancel_RunningSweep_KeepsWhatIsDone()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        string id = (await host.CreateSweepAsync(BacktestHost.SweepOf(90, 900))).SweepId;
        Sweep first = (await host.Sweeps.CancelSweepAsync(new CancelSweepRequest { SweepId = id }, BacktestHost.Headers())).Sweep;
        Sweep second = (await host.Sweeps.CancelSweepAsync(new CancelSweepRequest { SweepId = id }, BacktestHost.Headers())).Sweep;
        Assert.Equal(BacktestState.Cancelled, first.State);
        Assert.Equal(first, second);
    }
}

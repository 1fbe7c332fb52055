using EasyQuant.Contracts.Backtest.V1;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.Testing;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace EasyQuant.Services.Tests.Backtest;

public sealed class BacktestSourceTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private const string Source =
        """
        public sealed class Mine(int every = 10) : IStrategy
        {
            private int _count;
            public void OnStart(StrategyContext context) { }
            public void OnBar(StrategyContext context, int instrument, in Bar bar)
            {
                // HERE
                if (++_count % every == 0 && context.Position(instrument) == 0) context.Buy(instrument, 1000);
                else if (context.Position(instrument) > 0) context.Sell(instrument, context.Position(instrument));
            }
            public void OnStop(StrategyContext context) { }
        }
        """;

    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(3));

    [Fact]
    public async Task Source_Good_RunsAndIsKeptOnce()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        BacktestSpec spec = SpecOf(Source, 7);
        Contracts.Backtest.V1.Backtest accepted = await host.CreateAsync(spec);
        Assert.Equal("", accepted.Spec.Source.Text);
        Contracts.Backtest.V1.Backtest ended = await host.EndAsync(accepted.BacktestId);
        Assert.Equal((BacktestState.Succeeded, ""), (ended.State, ended.ErrorMessage));
        Assert.Equal(Source, ended.Spec.Source.Text);
        Assert.True(ended.Metrics.Fields["fill_count"].NumberValue > 0);
        Assert.Equal(7, ended.Manifest.Fields["parameters"].StructValue.Fields["every"].NumberValue);
        ReadEquityResponse equity = await host.Backtests.ReadEquityAsync(new ReadEquityRequest { BacktestId = ended.BacktestId }, BacktestHost.Headers());
        Assert.Equal(BacktestHost.DayCount, equity.Equity.RowCount);
        GetTrialLedgerResponse ledger = await host.Trials.GetTrialLedgerAsync(new GetTrialLedgerRequest { Family = "my idea" }, BacktestHost.Headers());
        Assert.Equal(1, ledger.TrialCount);
        Assert.Equal(ledger.Assessment, ended.Trials);

        BacktestSpec byHash = spec.Clone();
        byHash.Source = new StrategySource { Sha256 = accepted.Spec.Source.Sha256 };
        Contracts.Backtest.V1.Backtest again = await host.EndAsync((await host.CreateAsync(byHash)).BacktestId);
        Assert.Equal(ended.Metrics, again.Metrics);
        RpcError foreign = await BacktestHost.RefusedAsync(() => host.Backtests.CreateBacktestAsync(
            new CreateBacktestRequest { Spec = byHash }, BacktestHost.Headers("other")).ResponseAsync);
        Assert.Equal("SOURCE_NOT_FOUND", foreign.Reason);
    }

    [Theory]
    [InlineData("context.Bye(1);", "line 7, column 17: CS1061")]
    [InlineData("System.IO.File.Delete(\"x\");", "EQ0001: System.IO.File is not allowed")]
    [InlineData("int x = ;", "CS1525")]
    public async Task Source_Wrong_IsRefusedWithLineAndColumn(string line, string expected)
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        string source = Source.Replace("// HERE", line, StringComparison.Ordinal);
        RpcError error = await BacktestHost.RefusedAsync(() => host.CreateAsync(SpecOf(source, 7)));
        Assert.Equal((StatusCode.InvalidArgument, "SOURCE_INVALID", "spec.source.text"), (error.Status, error.Reason, error.Violations[0].Field));
        Assert.Contains(expected, string.Join(' ', error.Violations.Select(one => one.Description)), StringComparison.Ordinal);
        Assert.Empty((await host.Backtests.ListBacktestsAsync(new ListBacktestsRequest(), BacktestHost.Headers())).Backtests);
        ValidateSourceResponse checkedSource = await host.Backtests.ValidateSourceAsync(new ValidateSourceRequest { Source = source }, BacktestHost.Headers());
        Assert.Contains(checkedSource.Issues, issue => issue.Line == 7 && issue.Column > 0);
    }

    [Theory]
    [InlineData("while (true) { }", "STRATEGY_TIME_EXCEEDED", "and was stopped")]
    [InlineData("var all = new List<byte[]>(); while (true) all.Add(new byte[1 << 24]);", "STRATEGY_MEMORY_EXCEEDED", "memory")]
    [InlineData("if (bar.TradingDate == new DateOnly(2024, 3, 1)) throw new InvalidOperationException(\"no\");", "STRATEGY_FAILED", "2024-03-01, 600000.SH, line 7: InvalidOperationException: no")]
    [InlineData("for (int i = 0; i < 10_000_000; i++) context.Buy(instrument, 100);", "ORDER_LIMIT_EXCEEDED", "2000000 orders")]
    public async Task Source_Harmful_EndsWithAClearError(string line, string reason, string message)
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        string source = Source.Replace("// HERE", line, StringComparison.Ordinal);
        Contracts.Backtest.V1.Backtest ended = await host.EndAsync((await host.CreateAsync(SpecOf(source, 7))).BacktestId);
        Assert.Equal((BacktestState.Failed, reason), (ended.State, ended.ErrorReason));
        Assert.Contains(message, ended.ErrorMessage, StringComparison.Ordinal);
        Contracts.Backtest.V1.Backtest other = await host.EndAsync((await host.CreateAsync(BacktestHost.Spec())).BacktestId);
        Assert.Equal(BacktestState.Succeeded, other.State);
    }

    [Fact]
    public async Task Source_FaultPolicyContinue_KeepsTheFaults()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        BacktestSpec spec = SpecOf(Source.Replace("// HERE", "if (bar.TradingDate.Day == 5) throw new InvalidOperationException(\"no\");", StringComparison.Ordinal), 7);
        spec.FaultPolicy = FaultPolicy.Continue;
        Contracts.Backtest.V1.Backtest ended = await host.EndAsync((await host.CreateAsync(spec)).BacktestId);
        Assert.Equal((BacktestState.Succeeded, 16L, ""), (ended.State, ended.FaultCount, ended.ErrorMessage));
        ReadFaultsResponse faults = await host.Backtests.ReadFaultsAsync(new ReadFaultsRequest { BacktestId = ended.BacktestId }, BacktestHost.Headers());
        Assert.Equal(16, faults.Faults.RowCount);
        Assert.All(faults.Faults.Columns[3].Integers, line => Assert.Equal(7, line));
    }

    [Fact]
    public async Task Sweep_OfASource_RunsInTheSandbox()
    {
        await using BacktestHost host = await BacktestHost.StartAsync(fixture.Servers, _deadline.Token);
        string source = Source.Replace("// HERE", "if (every == 3) while (true) { } if (every == 4) throw new InvalidOperationException(\"four\");", StringComparison.Ordinal);
        BacktestSpec backtest = SpecOf(source, 5);
        Sweep sweep = await host.CreateSweepAsync(new SweepSpec
        {
            Backtest = backtest,
            Axes = { new SweepAxis { Parameter = "every", RangeStart = 1, RangeEnd = 6, RangeStep = 1 } },
        });
        Sweep ended = await host.EndSweepAsync(sweep.SweepId);
        Assert.Equal((BacktestState.Succeeded, 6, 6, 2, ""), (ended.State, ended.TrialCount, ended.DoneCount, ended.FailedCount, ended.ErrorMessage));
        ListSweepTrialsResponse trials = await host.Sweeps.ListSweepTrialsAsync(new ListSweepTrialsRequest { SweepId = sweep.SweepId }, BacktestHost.Headers());
        Assert.Equal(["", "", "STRATEGY_TIME_EXCEEDED", "STRATEGY_FAILED", "", ""], trials.Trials.Select(trial => trial.ErrorReason));
        Assert.Equal([1, 2, 3, 4, 5, 6], trials.Trials.Select(trial => trial.Parameters.Fields["every"].NumberValue));
    }

    private static BacktestSpec SpecOf(string source, int every) => new()
    {
        Strategy = "mine",
        Family = "my idea",
        Source = new StrategySource { Text = source },
        Parameters = new Struct { Fields = { ["every"] = Value.ForNumber(every) } },
    };
}

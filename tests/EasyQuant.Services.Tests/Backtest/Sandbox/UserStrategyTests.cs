using System.Text.Json.Nodes;
using EasyQuant.BacktestSandbox.Compiling;
using EasyQuant.BacktestSandbox.Computing;
using EasyQuant.BacktestSandbox.Plans;
using EasyQuant.BacktestService.Sandbox;
using EasyQuant.Data;
using EasyQuant.Engine;

namespace EasyQuant.Services.Tests.Backtest.Sandbox;

public sealed class UserStrategyTests : IDisposable
{
    private const string Good =
        """
        public sealed class Mine(int days = 5, double share = 0.5, bool sells = true) : IStrategy
        {
            private readonly Dictionary<int, int> _seen = [];
            public void OnStart(StrategyContext context) { }
            public void OnBar(StrategyContext context, int instrument, in Bar bar)
            {
                int count = _seen[instrument] = _seen.GetValueOrDefault(instrument) + 1;
                if (count % days == 0 && context.Position(instrument) == 0)
                {
                    context.Buy(instrument, context.SharesFor(instrument, new Money((long)(context.Equity.Units * share))));
                }
                else if (sells && context.Position(instrument) > 0)
                {
                    context.Sell(instrument, context.Position(instrument));
                }
            }
            public void OnStop(StrategyContext context) { }
        }
        """;

    private readonly SandboxHost _host = new();
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(2));

    public void Dispose()
    {
        _host.Dispose();
        _deadline.Dispose();
    }

    [Fact]
    public async Task Compile_GoodSource_GivesClassAndParameters()
    {
        CompiledStrategy compiled = await _host.Strategies.CompileAsync(Good, _deadline.Token);
        Assert.Equal("Mine", compiled.Answer.ClassName);
        Assert.Equal(
            [new SourceParameter("days", "int", "5"), new SourceParameter("share", "double", "0.5"), new SourceParameter("sells", "bool", "True")],
            compiled.Answer.Parameters);
        CompiledStrategy again = await _host.Strategies.CompileAsync(Good, _deadline.Token);
        Assert.Equal(compiled.Assembly, again.Assembly);
    }

    [Fact]
    public async Task Compile_WrongSource_NamesLineAndColumn()
    {
        CompiledStrategy compiled = await _host.Strategies.CompileAsync(Good.Replace("context.Buy(", "context.Bye(", StringComparison.Ordinal), _deadline.Token);
        SourceIssue issue = Assert.Single(compiled.Answer.Issues);
        Assert.Equal((10, 21, "CS1061"), (issue.Line, issue.Column, issue.Code));
        Assert.Contains("'Bye'", issue.Message, StringComparison.Ordinal);
        Assert.Empty(compiled.Assembly);
    }

    [Fact]
    public async Task Run_GoodSource_EqualsTheEngineInTheService()
    {
        const string Hold =
            """
            namespace A.B { public sealed class Hold : IStrategy {
                public void OnStart(StrategyContext context) { }
                public void OnBar(StrategyContext context, int instrument, in Bar bar)
                {
                    if (context.Position(instrument) == 0 && !context.HasRestingOrder(instrument))
                        context.Buy(instrument, new OrderSize(0, 0).Resolve(context, instrument));
                }
                public void OnStop(StrategyContext context) { }
            } }
            """;
        CompiledStrategy compiled = await _host.Strategies.CompileAsync(Hold, _deadline.Token);
        (IReadOnlyList<ResultChunk> chunks, ResultSummary? summary) = await _host.RunAsync(compiled, cancellationToken: _deadline.Token);
        MarketPanel panel = DailyPanelReader.Read(SandboxHost.Bars);
        BacktestResult expected = Backtester.Run(panel, "buy_and_hold", [], new BacktestSettings(), null, _deadline.Token);
        Assert.Equal(MetricsJson.Write(expected.Statistics).ToJsonString(), summary!.Metrics.ToJsonString());
        Assert.Equal(expected.Manifest.DataSha256, (string?)summary.Manifest["data_sha256"]);
        Assert.Equal(ResultNames.All, chunks.Select(chunk => chunk.Table));
        Assert.Equal(TableFile.ToBytes(ResultTables.Equity(expected)), chunks[0].Content);
    }

    [Fact]
    public async Task Run_ParametersByName_ReachTheConstructor()
    {
        CompiledStrategy compiled = await _host.Strategies.CompileAsync(Good, _deadline.Token);
        ResultSummary? few = (await _host.RunAsync(compiled, parameters: new JsonObject { ["days"] = 50 })).Summary;
        ResultSummary? many = (await _host.RunAsync(compiled, parameters: new JsonObject { ["days"] = 3, ["share"] = 0.9 })).Summary;
        Assert.True((int)few!.Metrics["order_count"]! < (int)many!.Metrics["order_count"]!);
        Assert.Equal("""{"days":3,"share":0.9,"sells":true}""", many.Manifest["parameters"]!.ToJsonString());
        SandboxException error = await Assert.ThrowsAsync<SandboxException>(() => _host.RunAsync(compiled, parameters: new JsonObject { ["weeks"] = 3 }));
        Assert.Equal("UNKNOWN_PARAMETER", error.Reason);
    }

    [Fact]
    public async Task Run_Exception_NamesDateSymbolAndLine()
    {
        string source = Good.Replace(
            "int count = _seen", "if (bar.TradingDate == new DateOnly(2024, 2, 3))\n            throw new InvalidOperationException(\"no more\");\n        int count = _seen", StringComparison.Ordinal);
        CompiledStrategy compiled = await _host.Strategies.CompileAsync(source, _deadline.Token);
        SandboxException error = await Assert.ThrowsAsync<SandboxException>(() => _host.RunAsync(compiled));
        Assert.Equal("STRATEGY_FAILED", error.Reason);
        Assert.Equal("OnBar failed on 2024-02-03, 600000.SH, line 8: InvalidOperationException: no more", error.Message);

        (IReadOnlyList<ResultChunk> chunks, ResultSummary? summary) = await _host.RunAsync(compiled, FaultPolicy.Continue);
        Assert.Equal(1, summary!.FaultCount);
        Table faults = TableFile.Read(chunks.Single(chunk => chunk.Table == ResultNames.Faults).Content);
        Assert.Equal((1, 8L), (faults.RowCount, faults.GetColumn<Int64Column>("line").Values[0]));
    }

    [Fact]
    public async Task Compile_SecondStrategyOrNone_IsRefused()
    {
        Assert.Equal("EQ0002", Assert.Single((await _host.Strategies.CompileAsync("class A { }", _deadline.Token)).Answer.Issues).Code);
        CompiledStrategy two = await _host.Strategies.CompileAsync(Good + Good.Replace("Mine", "Yours", StringComparison.Ordinal), _deadline.Token);
        Assert.Equal("EQ0002", Assert.Single(two.Answer.Issues).Code);
    }

    [Fact]
    public async Task Sandbox_MachineWithoutNamespaces_IsRefusedWithTheCause()
    {
        using var host = new SandboxHost(launcher: ["setpriv", "--no-such-option"]);
        SandboxException error = await Assert.ThrowsAsync<SandboxException>(() => host.Strategies.CompileAsync(Good, _deadline.Token));
        Assert.Equal("SANDBOX_UNAVAILABLE", error.Reason);
        Assert.Contains("--no-such-option", error.Message, StringComparison.Ordinal);
    }
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.Engine;
using EasyQuant.Samples.Market;

namespace EasyQuant.Nodes.Tests.Trading;

/// <summary>
/// Each shipped strategy with its defaults on the sample market of seed 7, 24 symbols and 500 days, against samples/expected/strategies.json.
/// Orders are compared by hash and amounts exactly; ratios to 9 places, as the last bits of logarithms and powers belong to the machine.
/// </summary>
public sealed class StrategyGoldenTests
{
    private static readonly Lazy<MarketPanel> s_panel = new(() => DailyPanelReader.Read(SyntheticMarket.Generate(7, 24, 500).Bars));

    public static TheoryData<string> Names => [.. StrategyCatalog.Definitions.Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Strategy_SampleMarket_GivesItsExpectedStatistics(string name)
    {
        BacktestResult result = Backtester.Run(s_panel.Value, name, [], new BacktestSettings(), null, default);
        JsonObject actual = Summary(result);
        JsonObject expected = Expected()["strategies"]!.AsObject()[name]?.AsObject() ?? [];
        Assert.True(AreEqual(expected, actual), $"{name}: expected\n{expected.ToJsonString()}\ncame\n{actual.ToJsonString()}");
        Assert.True(result.Run.Fills.Length > 0, "a golden run without a fill shows nothing");
    }

    [Fact]
    public void Market_SampleGenerator_IsTheOneOfTheExpectedFile()
    {
        string expected = Expected()["data_sha256"]!.GetValue<string>();
        Assert.True(expected == s_panel.Value.ContentSha256, $"expected {expected}, came {s_panel.Value.ContentSha256}");
    }

    private static JsonNode Expected() =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "samples", "expected", "strategies.json")))!;

    private static JsonObject Summary(BacktestResult result)
    {
        PerformanceReport report = PerformanceReport.Of(result, s_panel.Value, null, ReportOptions.Default);
        return new JsonObject
        {
            ["parameters"] = result.Manifest.Parameters.DeepClone(),
            ["final_equity"] = result.Statistics.FinalEquity.ToString(),
            ["total_return"] = report.Portfolio.TotalReturn,
            ["sharpe"] = report.Portfolio.Sharpe,
            ["max_drawdown"] = report.Portfolio.MaxDrawdown,
            ["turnover"] = report.Portfolio.Turnover,
            ["fees"] = report.Portfolio.Fees.ToString(),
            ["trade_count"] = report.Trades.TradeCount,
            ["win_rate"] = report.Trades.WinRate,
            ["profit_factor"] = report.Trades.ProfitFactor,
            ["order_count"] = result.Run.Orders.Length,
            ["fill_count"] = result.Run.Fills.Length,
            ["bar_count"] = s_panel.Value.BarCount,
            ["order_list_sha256"] = OrderListHash.Of(result.Run),
        };
    }

    private static bool AreEqual(JsonNode? expected, JsonNode? actual) => (expected, actual) switch
    {
        (JsonObject left, JsonObject right) => left.Select(pair => pair.Key).SequenceEqual(right.Select(pair => pair.Key))
            && left.All(pair => AreEqual(pair.Value, right[pair.Key])),
        (JsonValue left, JsonValue right) when left.GetValueKind() == JsonValueKind.Number && right.GetValueKind() == JsonValueKind.Number =>
            Math.Abs(Number(left) - Number(right)) <= 1e-9 * Math.Max(1, Math.Abs(Number(left))),
        _ => JsonNode.DeepEquals(expected, actual),
    };

    private static double Number(JsonValue value) => double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);
}

using System.Text.Json.Nodes;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Tests.Trading;

public sealed class BiasCheckNodeTests
{
    [Fact]
    public async Task BiasCheck_ShippedStrategy_PutsOutFiveVerdicts()
    {
        JsonObject parameters = new()
        {
            ["strategy"] = "sma_cross", ["parameters"] = new JsonObject { ["fast"] = 3, ["slow"] = 10 }, ["shuffleCount"] = 10,
        };
        Dictionary<string, NodeValue> inputs = new() { ["bars"] = NodeValue.FromTable(TradingBench.Bars(3, 200, 4)) };
        SingleNodeResult result = await TradingBench.RunAsync("BiasCheck", parameters, inputs, null);
        JsonNode report = result.Outputs["report"].AsJson()!;
        Assert.Equal(
            ["truncated_history", "warm_up", "delay", "doubled_costs", "shuffled_signals"],
            report["verdicts"]!.AsArray().Select(verdict => verdict!["check"]!.GetValue<string>()));
        Assert.Equal("passed", report["verdicts"]![0]!["outcome"]!.GetValue<string>());
        Assert.Equal(report["outcome"]!.GetValue<string>(), result.Outputs["outcome"].AsJson()!.GetValue<string>());
    }

    [Fact]
    public async Task BiasCheck_OtherRuleBook_IsTheOneChecked()
    {
        JsonObject parameters = new() { ["strategy"] = "sma_cross", ["parameters"] = new JsonObject { ["fast"] = 3, ["slow"] = 10 }, ["shuffleCount"] = 10 };
        Dictionary<string, NodeValue> inputs = new() { ["bars"] = NodeValue.FromTable(TradingBench.Bars(3, 200, 4)) };
        string shipped = Key(await TradingBench.RunAsync("BiasCheck", parameters, inputs, null));
        parameters["ruleBook"] = new JsonObject { ["version"] = "none-1", ["rules"] = new JsonArray() };
        Assert.NotEqual(shipped, Key(await TradingBench.RunAsync("BiasCheck", parameters, inputs, null)));
        parameters["ruleBook"] = new JsonObject { ["version"] = "x", ["rules"] = new JsonArray(new JsonObject { ["id"] = "a" }) };
        NodeException error = await Assert.ThrowsAsync<NodeException>(() => TradingBench.RunAsync("BiasCheck", parameters, inputs, null));
        Assert.Equal("RULE_BOOK_INVALID", error.Reason);

        static string Key(SingleNodeResult result) => (string)result.Outputs["report"].AsJson()!["trial_key"]!;
    }

    [Theory]
    [InlineData("shuffleCount", 9)]
    [InlineData("cutCount", 21)]
    public async Task BiasCheck_CountOutOfRange_IsNamed(string name, int value)
    {
        Dictionary<string, NodeValue> inputs = new() { ["bars"] = NodeValue.FromTable(TradingBench.Bars(1, 60, 4)) };
        NodeException error = await Assert.ThrowsAsync<NodeException>(
            () => TradingBench.RunAsync("BiasCheck", new JsonObject { ["strategy"] = "sma_cross", [name] = value }, inputs, null));
        Assert.Equal("PARAMETER_OUT_OF_RANGE", error.Reason);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }
}

using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Indicators;

namespace EasyQuant.Nodes.Tests.Trading;

public sealed class IndicatorNodeTests
{
    [Fact]
    public async Task Sma_TwoSymbols_AreComputedApart()
    {
        Table bars = TradingBench.Bars(2, 30, 1);
        SingleNodeResult result = await RunAsync(bars, new JsonObject { ["indicator"] = "sma", ["period"] = 5 });
        Table output = result.Outputs["bars"].AsTable();
        Float64Column column = output.GetColumn<Float64Column>("sma_5");
        double[] closes = [.. Enumerable.Range(30, 30).Select(row => (double)(decimal)bars["close"].GetValue(row)!)];
        double[] expected = new double[30];
        Sma.Compute(closes, 5, expected);
        Assert.Equal(expected, column.Values[30..].ToArray());
        Assert.Equal(8, column.NullCount);
        Assert.Equal(60, result.Metrics.RowsOut);
    }

    [Theory]
    [InlineData("ema")]
    [InlineData("rsi")]
    public async Task Indicator_RowsShuffled_GivesTheSameValues(string indicator)
    {
        Table bars = TradingBench.Bars(3, 40, 2);
        int[] order = [.. Enumerable.Range(0, bars.RowCount)];
        new Random(3).Shuffle(order);
        JsonObject parameters = new() { ["indicator"] = indicator, ["period"] = 7, ["outputColumn"] = "x" };
        Table plain = (await RunAsync(bars, parameters)).Outputs["bars"].AsTable();
        Table shuffled = (await RunAsync(bars.Take(order), (JsonObject)parameters.DeepClone())).Outputs["bars"].AsTable();
        Assert.True(plain.Take(order).ContentEquals(shuffled));
    }

    [Theory]
    [InlineData("nothing", "COLUMN_MISSING")]
    [InlineData("symbol", "COLUMN_TYPE")]
    public async Task Indicator_WrongColumn_IsNamed(string column, string reason)
    {
        NodeException exception = await TradingBench.FailAsync(
            "Indicator", new JsonObject { ["column"] = column }, ("bars", NodeValue.FromTable(TradingBench.Bars(1, 5, 1))));
        Assert.Equal(reason, exception.Reason);
        Assert.Contains(column, exception.Message, StringComparison.Ordinal);
    }

    private static Task<SingleNodeResult> RunAsync(Table bars, JsonObject parameters) =>
        TradingBench.RunAsync("Indicator", parameters, new() { ["bars"] = NodeValue.FromTable(bars) }, null);
}

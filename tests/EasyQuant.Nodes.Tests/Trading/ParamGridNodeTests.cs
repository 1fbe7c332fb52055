using System.Text.Json.Nodes;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Tests.Trading;

public sealed class ParamGridNodeTests
{
    [Fact]
    public async Task Grid_ListAndRange_FirstMemberVariesSlowest() => Assert.Equal(
        """[{"fast":3,"slow":10},{"fast":3,"slow":15},{"fast":3,"slow":20},{"fast":5,"slow":10},{"fast":5,"slow":15},{"fast":5,"slow":20}]""",
        await GridAsync("""{"fast":[3,5],"slow":{"from":10,"to":20,"step":5}}"""));

    [Fact]
    public async Task Range_DecimalStep_IsExactAndIncludesTheEnd() => Assert.Equal(
        """[{"x":0.1},{"x":0.2},{"x":0.3},{"x":0.4},{"x":0.5}]""",
        await GridAsync("""{"x":{"from":"0.10","to":0.5,"step":"0.1"}}"""));

    [Fact]
    public async Task Range_EndBetweenSteps_StopsBefore() =>
        Assert.Equal("""[{"x":1},{"x":3}]""", await GridAsync("""{"x":{"from":1,"to":4,"step":2}}"""));

    [Fact]
    public async Task Grid_SingleValueAndTexts_AreKept() =>
        Assert.Equal("""[{"mode":"a","n":null},{"mode":"b","n":null}]""", await GridAsync("""{"mode":["a","b"],"n":null}"""));

    [Theory]
    [InlineData("""{}""", "PARAMETER_TYPE")]
    [InlineData("""{"x":[]}""", "PARAMETER_OUT_OF_RANGE")]
    [InlineData("""{"x":{"from":2,"to":1}}""", "PARAMETER_OUT_OF_RANGE")]
    [InlineData("""{"x":{"from":1,"to":2,"step":0}}""", "PARAMETER_OUT_OF_RANGE")]
    [InlineData("""{"x":{"from":1}}""", "PARAMETER_TYPE")]
    [InlineData("""{"x":{"from":1,"to":2,"by":1}}""", "UNKNOWN_PARAMETER")]
    [InlineData("""{"x":{"from":1,"to":2,"step":0.000001}}""", "LIMIT_EXCEEDED")]
    [InlineData("""{"x":{"from":1,"to":1000},"y":{"from":1,"to":1000}}""", "LIMIT_EXCEEDED")]
    public async Task Grid_WrongValues_FailWithReason(string values, string reason)
    {
        NodeException exception = await TradingBench.FailAsync("ParamGrid", new JsonObject { ["values"] = JsonNode.Parse(values) });
        Assert.Equal(reason, exception.Reason);
    }

    private static async Task<string> GridAsync(string values)
    {
        SingleNodeResult result = await TradingBench.RunAsync(
            "ParamGrid", new JsonObject { ["values"] = JsonNode.Parse(values) }, [], null);
        return result.Outputs["items"].AsJson()!.ToJsonString();
    }
}

using System.Text.Json.Nodes;

namespace EasyQuant.Flow.Tests;

public sealed class ExpressionTests
{
    [Theory]
    [InlineData("\"${inputs.n}\"", "5")]
    [InlineData("\"n=${inputs.n}\"", "\"n=5\"")]
    [InlineData("\"${inputs.text}-${inputs.n}\"", "\"a ${inputs.n}-5\"")]
    [InlineData("\"$${inputs.n}\"", "\"${inputs.n}\"")]
    [InlineData("\"$${a} ${inputs.n}\"", "\"${a} 5\"")]
    [InlineData("\"${inputs.list[1].b}\"", "true")]
    [InlineData("\"${ inputs.list[0] }\"", "1")]
    [InlineData("\"x${inputs.none}y\"", "\"xy\"")]
    [InlineData("\"${inputs.list}!\"", "\"[1,{\\u0022b\\u0022:true}]!\"")]
    [InlineData("{\"a\":[\"${inputs.n}\",2],\"b\":\"$\"}", "{\"a\":[5,2],\"b\":\"$\"}")]
    [InlineData("\"${run.id} ${run.date}\"", "\"r 2026-03-02\"")]
    [InlineData("\"${item.k}\"", "\"v\"")]
    public void Evaluate_Template_GivesTheValue(string template, string expected)
    {
        JsonNode? value = JsonTemplate.Compile(JsonNode.Parse(template)).Evaluate(new Scope());
        Assert.Equal(JsonNode.Parse(expected)?.ToJsonString(), value?.ToJsonString());
    }

    [Theory]
    [InlineData("${}")]
    [InlineData("${inputs")]
    [InlineData("${inputs.}")]
    [InlineData("${inputs..x}")]
    [InlineData("${inputs.x()}")]
    [InlineData("${inputs.x + 1}")]
    [InlineData("${inputs[x]}")]
    [InlineData("${[0]}")]
    [InlineData("${nodes.a}")]
    [InlineData("${run.secret}")]
    [InlineData("${System.Environment}")]
    [InlineData("${inputs.a[99999999999]}")]
    public void Compile_BadExpression_IsRefused(string text)
    {
        NodeException e = Assert.Throws<NodeException>(() => JsonTemplate.Compile(JsonValue.Create(text)));
        Assert.Equal("EXPRESSION_INVALID", e.Reason);
    }

    [Theory]
    [InlineData("${inputs.list[9]}")]
    [InlineData("${inputs.n.GetType}")]
    [InlineData("${inputs.list.length}")]
    public void Evaluate_NoSuchMember_IsMissing(string text)
    {
        NodeException e = Assert.Throws<NodeException>(() => JsonTemplate.Compile(JsonValue.Create(text)).Evaluate(new Scope()));
        Assert.Equal("EXPRESSION_VALUE_MISSING", e.Reason);
    }

    [Fact]
    public void Compile_LongText_IsRefusedOnlyWithExpressions()
    {
        string filler = new('x', FlowLimits.ExpressionBytesMax);
        Assert.Equal(filler, JsonTemplate.Compile(JsonValue.Create(filler)).Evaluate(new Scope())!.GetValue<string>());
        Assert.Throws<NodeException>(() => JsonTemplate.Compile(JsonValue.Create(filler + "${run.id}")));
    }

    private sealed class Scope : IExpressionScope
    {
        private readonly JsonObject _inputs = (JsonObject)JsonNode.Parse("""{"n":5,"text":"a ${inputs.n}","list":[1,{"b":true}],"none":null}""")!;

        public JsonNode? Resolve(FlowExpression expression) => expression.Root switch
        {
            ExpressionRoot.Inputs => _inputs[expression.Name],
            ExpressionRoot.Item => new JsonObject { ["k"] = "v" },
            _ => expression.Name == "id" ? "r" : "2026-03-02",
        };
    }
}

using System.Text.Json.Nodes;

namespace EasyQuant.Flow.Tests;

public sealed class ParameterSchemaTests
{
    private static readonly JsonObject s_schema = ParameterSchema.For<Sample>();

    public enum Mode
    {
        FirstChoice,
        Second,
    }

    [Fact]
    public void For_Record_WritesExactlyOurKeywords()
    {
        JsonNode expected = JsonNode.Parse(
            """
            {"type":"object","properties":{
              "path":{"type":"string","title":"Path","description":"Below the data root.","x-i18n":{"title":{"en":"Path","zh":"路径"},"description":{"en":"Below the data root.","zh":"数据目录内。"}},"minLength":1,"maxLength":10},
              "mode":{"type":"string","enum":["firstChoice","second"],"default":"firstChoice"},
              "size":{"type":["integer","null"],"minimum":1,"maximum":5},
              "ratio":{"type":"number","minimum":0,"default":0.5},
              "kind":{"type":"string","enum":["a","b"],"default":"a"},
              "code":{"type":["string","null"],"pattern":"^[0-9]{6}$"},
              "tags":{"type":"array","items":{"type":"string"},"minItems":0,"maxItems":2,"default":[]},
              "inner":{"type":["object","null"],"properties":{"on":{"type":"boolean"}},"required":["on"],"additionalProperties":false},
              "template":{"x-template":true}},
             "required":["path"],"additionalProperties":false}
            """)!;
        Assert.True(JsonNode.DeepEquals(expected, s_schema), s_schema.ToJsonString());
    }

    [Theory]
    [InlineData("{\"path\":\"a\"}", "")]
    [InlineData("{}", "MISSING_PARAMETER /path")]
    [InlineData("{\"path\":\"\"}", "PARAMETER_OUT_OF_RANGE /path")]
    [InlineData("{\"path\":\"12345678901\"}", "PARAMETER_OUT_OF_RANGE /path")]
    [InlineData("{\"path\":null}", "PARAMETER_TYPE /path")]
    [InlineData("{\"path\":\"a\",\"mode\":\"third\"}", "PARAMETER_OUT_OF_RANGE /mode")]
    [InlineData("{\"path\":\"a\",\"mode\":0}", "PARAMETER_TYPE /mode")]
    [InlineData("{\"path\":\"a\",\"size\":null}", "")]
    [InlineData("{\"path\":\"a\",\"size\":5.0}", "")]
    [InlineData("{\"path\":\"a\",\"size\":6}", "PARAMETER_OUT_OF_RANGE /size")]
    [InlineData("{\"path\":\"a\",\"ratio\":-0.1}", "PARAMETER_OUT_OF_RANGE /ratio")]
    [InlineData("{\"path\":\"a\",\"kind\":\"c\"}", "PARAMETER_OUT_OF_RANGE /kind")]
    [InlineData("{\"path\":\"a\",\"code\":\"60000\"}", "PARAMETER_OUT_OF_RANGE /code")]
    [InlineData("{\"path\":\"a\",\"tags\":[\"x\",1]}", "PARAMETER_TYPE /tags/1")]
    [InlineData("{\"path\":\"a\",\"tags\":[\"x\",\"y\",\"z\"]}", "PARAMETER_OUT_OF_RANGE /tags")]
    [InlineData("{\"path\":\"a\",\"inner\":{\"on\":true,\"off\":1}}", "UNKNOWN_PARAMETER /inner/off")]
    [InlineData("{\"path\":\"a\",\"template\":{\"x\":[\"${nope}\"]}}", "EXPRESSION_INVALID /template/x/0")]
    public void Validate_Value_NamesWhatIsWrong(string json, string expected)
    {
        var errors = new List<FlowError>();
        SchemaValidator.Validate(s_schema, JsonNode.Parse(json), "", null, allowExpressions: false, errors);
        Assert.Equal(expected, string.Join(';', errors.Select(e => $"{e.Reason} {e.Pointer}")));
    }

    [Theory]
    [InlineData("{\"path\":\"a\",\"size\":\"${inputs.x}\"}", "")]
    [InlineData("{\"path\":\"a\",\"size\":\"${inputs.x}0\"}", "PARAMETER_TYPE /size")]
    [InlineData("{\"path\":\"${inputs.x} is longer than ten\"}", "")]
    public void Validate_WithExpressions_ChecksWhatIsKnown(string json, string expected)
    {
        var errors = new List<FlowError>();
        SchemaValidator.Validate(s_schema, JsonNode.Parse(json), "", null, allowExpressions: true, errors);
        Assert.Equal(expected, string.Join(';', errors.Select(e => $"{e.Reason} {e.Pointer}")));
    }

    public sealed record Inner
    {
        public required bool On { get; init; }
    }

    public sealed record Sample
    {
        [Title("Path", "路径")]
        [Hint("Below the data root.", "数据目录内。")]
        [TextLength(1, 10)]
        public required string Path { get; init; }

        public Mode Mode { get; init; }

        [Bounds(1, 5)]
        public int? Size { get; init; }

        [Bounds(0)]
        public double Ratio { get; init; } = 0.5;

        [Choices("a", "b")]
        public string Kind { get; init; } = "a";

        [TextPattern("^[0-9]{6}$")]
        public string? Code { get; init; }

        [ItemCount(0, 2)]
        public IReadOnlyList<string> Tags { get; init; } = [];

        public Inner? Inner { get; init; }

        public JsonTemplate? Template { get; init; }
    }
}

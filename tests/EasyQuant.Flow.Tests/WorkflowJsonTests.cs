using System.Text;
using EasyQuant.Flow.Tests.Support;

namespace EasyQuant.Flow.Tests;

public sealed class WorkflowJsonTests
{
    private const string Full =
        """
        {"schema":"easyquant/workflow/1","name":"full","title":{"en":"Full","zh":"完整"},"description":{"en":"All","zh":"全部"},"inputs":[{"name":"days","type":"integer","default":5},{"name":"symbol","type":"string","required":true,"title":{"en":"Symbol","zh":"代码"}}],"outputs":[{"name":"sum","from":"b.value"}],"nodes":[{"id":"a","type":"Value","params":{"value":{"x":1,"y":[1.5,"${inputs.symbol}"]}},"position":{"x":10,"y":-2.5},"notes":"说明"},{"id":"b","type":"Plus","params":{"amount":2},"retry":{"maxAttempts":3,"delay":"0.5s","backoff":2,"maxDelay":"60s","transientOnly":true},"timeout":"30s"}],"edges":[{"from":"a.value","to":"b.value"}]}
        """;

    [Fact]
    public void Write_CanonicalText_IsReturnedUnchanged()
    {
        WorkflowParseResult parsed = WorkflowJson.Parse(Encoding.UTF8.GetBytes(Full));
        Assert.Empty(parsed.Errors);
        Assert.Equal(Full, Encoding.UTF8.GetString(WorkflowJson.Write(parsed.Definition!)));
    }

    [Fact]
    public void Write_ParametersInOtherOrderAndSpelling_GivesTheSameBytes()
    {
        byte[] one = WorkflowJson.Write(Flows.Parse("""  "nodes":[{"id":"a","type":"T","params":{"x":1.0,"y":1e2}}]  """));
        byte[] two = WorkflowJson.Write(Flows.Parse("""  "nodes":[{"type":"T","params":{"y":100,"x":1},"id":"a","notes":""}],"edges":[]  """));
        Assert.Equal(one, two);
    }

    [Theory]
    [InlineData("{", "WORKFLOW_JSON_MALFORMED", "")]
    [InlineData("[]", "WORKFLOW_JSON_MALFORMED", "")]
    [InlineData("null", "WORKFLOW_JSON_MALFORMED", "")]
    [InlineData("{\"schema\":\"easyquant/workflow/1\",\"name\":\"a\",\"name\":\"b\"}", "WORKFLOW_JSON_MALFORMED", "")]
    [InlineData("{\"name\":\"a\"}", "WORKFLOW_JSON_MALFORMED", "/schema")]
    [InlineData("{\"schema\":\"other\",\"name\":\"a\"}", "WORKFLOW_JSON_MALFORMED", "/schema")]
    [InlineData("{\"schema\":\"easyquant/workflow/2\",\"name\":\"a\"}", "SCHEMA_TOO_NEW", "/schema")]
    [InlineData("{\"schema\":\"easyquant/workflow/1\"}", "WORKFLOW_JSON_MALFORMED", "/name")]
    [InlineData("{\"schema\":\"easyquant/workflow/1\",\"name\":\"a\",\"colour\":1}", "UNKNOWN_FIELD", "/colour")]
    [InlineData("{\"schema\":\"easyquant/workflow/1\",\"name\":\"a\",\"nodes\":[{\"id\":\"x\",\"type\":\"T\",\"a/b\":1}]}", "UNKNOWN_FIELD", "/nodes/0/a~1b")]
    [InlineData("{\"schema\":\"easyquant/workflow/1\",\"name\":\"a\",\"nodes\":{}}", "WORKFLOW_JSON_MALFORMED", "/nodes")]
    [InlineData("{\"schema\":\"easyquant/workflow/1\",\"name\":\"a\",\"nodes\":[{\"id\":\"x\",\"type\":\"T\",\"timeout\":\"3\"}]}", "WORKFLOW_JSON_MALFORMED", "/nodes/0/timeout")]
    [InlineData("{\"schema\":\"easyquant/workflow/1\",\"name\":\"a\",\"nodes\":[{\"id\":\"x\",\"type\":\"T\",\"params\":{\"n\":9007199254740993}}]}", "LIMIT_EXCEEDED", "/nodes/0/params/n")]
    public void Parse_BadText_NamesReasonAndPlace(string json, string reason, string pointer)
    {
        WorkflowParseResult parsed = WorkflowJson.Parse(Encoding.UTF8.GetBytes(json));
        Assert.Null(parsed.Definition);
        Assert.Contains(parsed.Errors, e => e.Reason == reason && e.Pointer == pointer);
    }

    [Fact]
    public void Parse_NewerSchema_SaysWhatToUpgrade()
    {
        WorkflowParseResult parsed = WorkflowJson.Parse("{\"schema\":\"easyquant/workflow/7\"}"u8);
        Assert.Contains("Upgrade", Assert.Single(parsed.Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_SeveralErrors_ReportsAllAtOnce()
    {
        WorkflowParseResult parsed = Flows.Read("""  "x":1,"nodes":[{"id":5,"type":"T","y":2},7],"edges":[{"from":"a.b"}]  """);
        Assert.Equal(["/x", "/nodes/0/y", "/nodes/0/id", "/nodes/1", "/edges/0/to"], parsed.Errors.Select(e => e.Pointer));
    }

    [Fact]
    public void Parse_TooDeep_IsMalformed()
    {
        string deep = new string('[', 70) + new string(']', 70);
        WorkflowParseResult parsed = Flows.Read($$$"""  "nodes":[{"id":"a","type":"T","params":{"v":{{{deep}}}}}]  """);
        Assert.Equal("WORKFLOW_JSON_MALFORMED", Assert.Single(parsed.Errors).Reason);
    }

    [Fact]
    public void Parse_TooManyNodes_IsRefused()
    {
        string nodes = string.Join(',', Enumerable.Range(0, FlowLimits.NodesMax + 1).Select(i => $$"""{"id":"n{{i}}","type":"T"}"""));
        Assert.Equal("LIMIT_EXCEEDED", Flows.Read($"\"nodes\":[{nodes}]").Errors[0].Reason);
    }
}

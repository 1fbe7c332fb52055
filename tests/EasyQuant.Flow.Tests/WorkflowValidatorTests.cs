using EasyQuant.Flow.Tests.Support;

namespace EasyQuant.Flow.Tests;

public sealed class WorkflowValidatorTests
{
    private const string Valid = """  "nodes":[{"id":"a","type":"Value"},{"id":"b","type":"Plus"}],"edges":[{"from":"a.value","to":"b.value"}]  """;

    [Fact]
    public void Validate_ValidWorkflow_FindsNothing() => Assert.Empty(Flows.Validate(Valid));

    [Theory]
    [InlineData("""  "nodes":[{"id":"a","type":"Nope"}]  """, "UNKNOWN_NODE_TYPE", "/nodes/0/type")]
    [InlineData("""  "nodes":[{"id":"a","type":"Value"},{"id":"a","type":"Value"}]  """, "DUPLICATE_NODE_ID", "/nodes/1/id")]
    [InlineData("""  "nodes":[{"id":"1a","type":"Value"}]  """, "NAME_INVALID", "/nodes/0/id")]
    [InlineData("""  "nodes":[{"id":"b","type":"Plus"}]  """, "MISSING_INPUT", "/nodes/0")]
    [InlineData("""  "nodes":[{"id":"a","type":"Value"}],"edges":[{"from":"a.value","to":"z.value"}]  """, "UNKNOWN_NODE", "/edges/0/to")]
    [InlineData("""  "nodes":[{"id":"a","type":"Value"},{"id":"b","type":"Plus"}],"edges":[{"from":"a.nope","to":"b.value"}]  """, "UNKNOWN_PORT", "/edges/0/from")]
    [InlineData("""  "nodes":[{"id":"a","type":"Value"}],"edges":[{"from":"a","to":"a.value"}]  """, "UNKNOWN_PORT", "/edges/0/from")]
    [InlineData("""  "nodes":[{"id":"a","type":"Value"},{"id":"c","type":"Count"}],"edges":[{"from":"a.value","to":"c.table"}]  """, "PORT_TYPE_MISMATCH", "/edges/0")]
    [InlineData("""  "nodes":[{"id":"a","type":"Value"},{"id":"b","type":"Plus"}],"edges":[{"from":"a.value","to":"b.value"},{"from":"a.value","to":"b.value"}]  """, "PORT_ALREADY_CONNECTED", "/edges/1/to")]
    [InlineData("""  "nodes":[{"id":"r","type":"Rows"}]  """, "MISSING_PARAMETER", "/nodes/0/params/count")]
    [InlineData("""  "nodes":[{"id":"r","type":"Rows","params":{"count":1,"x":2}}]  """, "UNKNOWN_PARAMETER", "/nodes/0/params/x")]
    [InlineData("""  "nodes":[{"id":"r","type":"Rows","params":{"count":"many"}}]  """, "PARAMETER_TYPE", "/nodes/0/params/count")]
    [InlineData("""  "nodes":[{"id":"r","type":"Rows","params":{"count":1.5}}]  """, "PARAMETER_TYPE", "/nodes/0/params/count")]
    [InlineData("""  "nodes":[{"id":"r","type":"Rows","params":{"count":1001}}]  """, "PARAMETER_OUT_OF_RANGE", "/nodes/0/params/count")]
    [InlineData("""  "nodes":[{"id":"r","type":"Rows","params":{"count":"${inputs.x}"}}]  """, "EXPRESSION_INVALID", "/nodes/0/params/count")]
    [InlineData("""  "nodes":[{"id":"r","type":"Rows","params":{"count":"${inputs"}}]  """, "EXPRESSION_INVALID", "/nodes/0/params/count")]
    [InlineData("""  "nodes":[{"id":"r","type":"Rows","params":{"count":"${item}"}}]  """, "EXPRESSION_INVALID", "/nodes/0/params/count")]
    [InlineData("""  "nodes":[{"id":"r","type":"Rows","params":{"count":"${nodes.z.rows}"}}]  """, "UNKNOWN_NODE", "/nodes/0/params/count")]
    [InlineData("""  "nodes":[{"id":"a","type":"Value","params":{"value":"${constructor.x}"}}]  """, "EXPRESSION_INVALID", "/nodes/0/params/value")]
    [InlineData("""  "nodes":[{"id":"a","type":"Value","retry":{"maxAttempts":0}}]  """, "PARAMETER_OUT_OF_RANGE", "/nodes/0/retry/maxAttempts")]
    [InlineData("""  "nodes":[{"id":"a","type":"Value","timeout":"0s"}]  """, "PARAMETER_OUT_OF_RANGE", "/nodes/0/timeout")]
    [InlineData("""  "inputs":[{"name":"x","type":"date"}]  """, "INPUT_TYPE", "/inputs/0/type")]
    [InlineData("""  "inputs":[{"name":"x","type":"integer","default":"a"}]  """, "INPUT_TYPE", "/inputs/0/default")]
    [InlineData("""  "outputs":[{"name":"x","from":"q.value"}]  """, "UNKNOWN_NODE", "/outputs/0/from")]
    public void Validate_OneFault_NamesReasonAndPlace(string body, string reason, string pointer) =>
        Assert.Contains(Flows.Validate(body), e => e.Reason == reason && e.Pointer == pointer);

    [Fact]
    public void Validate_ManyFaults_ReportsAllAtOnce()
    {
        IReadOnlyList<FlowError> errors = Flows.Validate(
            """  "nodes":[{"id":"a","type":"Nope"},{"id":"r","type":"Rows","params":{"count":-1,"x":1}},{"id":"b","type":"Plus"}],"edges":[{"from":"q.value","to":"r.x"}]  """);
        Assert.Equal(
            ["MISSING_INPUT", "PARAMETER_OUT_OF_RANGE", "UNKNOWN_NODE", "UNKNOWN_NODE_TYPE", "UNKNOWN_PARAMETER", "UNKNOWN_PORT"],
            errors.Select(e => e.Reason).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Validate_TwoCycles_NamesBoth()
    {
        IReadOnlyList<FlowError> errors = Flows.Validate(
            """
            "nodes":[{"id":"a","type":"Plus"},{"id":"b","type":"Plus"},{"id":"s","type":"Plus"},{"id":"after","type":"Plus"}],
            "edges":[{"from":"a.value","to":"b.value"},{"from":"b.value","to":"a.value"},{"from":"s.value","to":"s.value"},{"from":"b.value","to":"after.value"}]
            """);
        Assert.Equal(["CYCLE", "CYCLE"], errors.Select(e => e.Reason));
        Assert.Contains("a -> b -> a", errors[0].Message, StringComparison.Ordinal);
        Assert.Contains("s -> s", errors[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_CycleThroughExpression_IsNamed()
    {
        IReadOnlyList<FlowError> errors = Flows.Validate(
            """  "nodes":[{"id":"a","type":"Value","params":{"value":"${nodes.b.value}"}},{"id":"b","type":"Plus"}],"edges":[{"from":"a.value","to":"b.value"}]  """);
        Assert.Equal("CYCLE", Assert.Single(errors).Reason);
    }

    [Fact]
    public void Validate_WorkflowCallsItself_IsRecursion()
    {
        IReadOnlyList<FlowError> errors = Flows.Validate("""  "nodes":[{"id":"c","type":"Call","params":{"workflow":"test"}}]  """);
        Assert.Equal("SUB_WORKFLOW_RECURSION", Assert.Single(errors).Reason);
    }

    [Fact]
    public void Validate_RecursionThroughTwo_NamesThePath()
    {
        WorkflowDefinition middle = Flows.Parse("""  "nodes":[{"id":"c","type":"Call","params":{"workflow":"test"}}]  """) with { Name = "middle" };
        FlowError error = Assert.Single(Flows.Validate("""  "nodes":[{"id":"m","type":"Call","params":{"workflow":"middle"}}]  """, middle));
        Assert.Equal("SUB_WORKFLOW_RECURSION", error.Reason);
        Assert.Equal("m", error.NodeId);
        Assert.Contains("test -> middle -> test", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_UnknownSubWorkflow_IsNotFound() =>
        Assert.Equal("SUB_WORKFLOW_NOT_FOUND", Assert.Single(Flows.Validate("""  "nodes":[{"id":"c","type":"Call","params":{"workflow":"gone"}}]  """)).Reason);

    [Fact]
    public void Validate_ElevenLevels_IsTooDeep()
    {
        WorkflowDefinition[] chain = [.. Enumerable.Range(1, 11).Select(i =>
            Flows.Parse(i == 11 ? """  "nodes":[]  """ : $$$"""  "nodes":[{"id":"c","type":"Call","params":{"workflow":"w{{{i + 1}}}"}}]  """) with { Name = $"w{i}" })];
        IReadOnlyList<FlowError> errors = Flows.Validate("""  "nodes":[{"id":"c","type":"Call","params":{"workflow":"w1"}}]  """, chain);
        Assert.Contains(errors, e => e.Reason == "LIMIT_EXCEEDED");
    }

    [Fact]
    public void Validate_LongestChainBackwards_TakesNoRecursion()
    {
        const int count = FlowLimits.NodesMax;
        WorkflowNode[] nodes = [.. Enumerable.Range(0, count).Select(i => new WorkflowNode { Id = $"n{i}", Type = i == count - 1 ? "Value" : "Plus" })];
        WorkflowEdge[] edges = [.. Enumerable.Range(0, count - 1).Select(i => new WorkflowEdge($"n{i + 1}.value", $"n{i}.value"))];
        var definition = new WorkflowDefinition { Name = "long", Nodes = nodes, Edges = edges };
        Assert.Empty(WorkflowValidator.Validate(definition, new TestNodes().Catalog, (_, _) => null));
    }

    [Fact]
    public void Validate_TensOfThousandsOfErrors_AreCut()
    {
        WorkflowEdge[] edges = [.. Enumerable.Range(0, FlowLimits.EdgesMax).Select(i => new WorkflowEdge($"x{i}.a", $"y{i}.b"))];
        IReadOnlyList<FlowError> errors = WorkflowValidator.Validate(new WorkflowDefinition { Name = "bomb", Edges = edges }, new TestNodes().Catalog, (_, _) => null);
        Assert.Equal(FlowLimits.ErrorsMax, errors.Count);
        Assert.Equal("LIMIT_EXCEEDED", errors[^1].Reason);
    }

    [Fact]
    public void Validate_TooManyEdges_IsRefusedAtOnce()
    {
        WorkflowEdge[] edges = [.. Enumerable.Repeat(new WorkflowEdge("a.b", "c.d"), 1_000_000)];
        IReadOnlyList<FlowError> errors = WorkflowValidator.Validate(new WorkflowDefinition { Name = "bomb", Edges = edges }, new TestNodes().Catalog, (_, _) => null);
        Assert.Equal("LIMIT_EXCEEDED", Assert.Single(errors).Reason);
    }
}

using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Workflow.V1;
using EasyQuant.Testing;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace EasyQuant.Services.Tests.Workflow;

/// <summary>One Workflow service with a small catalogue and the workflow "chain": a, b and c in a row; b and c depend on what is before.</summary>
public sealed class WorkflowFixture : TestServersFixture
{
    public WorkflowHost Host { get; private set; } = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Host = await WorkflowHost.StartAsync(Servers);
        await PrepareAsync(Host);
    }

    public override async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        await base.DisposeAsync();
    }

    public static async Task PrepareAsync(WorkflowHost host)
    {
        await host.Nodes.RegisterNodeDefinitionsAsync(new RegisterNodeDefinitionsRequest { RunnerVersion = "1", Nodes = { Catalogue() } });
        await host.Workflows.CreateWorkflowAsync(new CreateWorkflowRequest { Definition = Chain("chain") });
    }

    public static IEnumerable<NodeDefinition> Catalogue() =>
    [
        new NodeDefinition
        {
            Type = "Pass",
            Inputs = { new PortDefinition { Name = "in", Type = PortType.Json } },
            Outputs = { new PortDefinition { Name = "out", Type = PortType.Json } },
            ParametersSchema = JsonParser.Default.Parse<Struct>(
                """{"type":"object","properties":{"value":{"type":"string"}},"additionalProperties":false}"""),
        },
        new NodeDefinition
        {
            Type = "Call",
            Outputs = { new PortDefinition { Name = "out", Type = PortType.Json } },
            ParametersSchema = JsonParser.Default.Parse<Struct>(
                """{"type":"object","properties":{"workflow":{"type":"string","x-workflow":true},"version":{"type":"integer"}},"required":["workflow"],"additionalProperties":false}"""),
        },
        Streaming("Load", StreamRole.Source),
        Streaming("Make", StreamRole.Transform),
        Streaming("Keep", StreamRole.Sink),
        Streaming("MQConsumer", StreamRole.Source),
        Streaming("MQProducer", StreamRole.Sink),
    ];

    private static NodeDefinition Streaming(string type, StreamRole role) => new()
    {
        Type = type,
        StreamRole = role,
        ParametersSchema = JsonParser.Default.Parse<Struct>(
            """{"type":"object","properties":{"topic":{"type":"string"},"serializer":{"type":"string"}},"additionalProperties":false}"""),
    };

    public static WorkflowDefinition Chain(string name, string note = "") => JsonParser.Default.Parse<WorkflowDefinition>(
        $$$"""
        {
          "schema": "easyquant/workflow/1", "name": "{{{name}}}",
          "inputs": [{"name": "symbol", "type": "string", "required": true}, {"name": "days", "type": "integer", "default": 20}],
          "outputs": [{"name": "result", "from": "c.out"}],
          "nodes": [
            {"id": "a", "type": "Pass", "params": {"value": "${inputs.symbol}"}, "notes": "{{{note}}}"},
            {"id": "b", "type": "Pass"},
            {"id": "c", "type": "Pass", "params": {"value": "${nodes.a.out}"}}
          ],
          "edges": [{"from": "a.out", "to": "b.in"}, {"from": "b.out", "to": "c.in"}]
        }
        """);

    public static WorkflowDefinition Caller(string name, string callee, int version = 0) => JsonParser.Default.Parse<WorkflowDefinition>(
        $$$"""
        {"schema": "easyquant/workflow/1", "name": "{{{name}}}", "nodes": [{"id": "call", "type": "Call", "params": {"workflow": "{{{callee}}}", "version": {{{version}}} }}]}
        """);

    public static RunSpec Spec(string requestId = "", string symbol = "600000.SH") => new()
    {
        RequestId = requestId,
        WorkflowName = "chain",
        Inputs = JsonParser.Default.Parse<Struct>($$"""{"symbol": "{{symbol}}"}"""),
    };
}

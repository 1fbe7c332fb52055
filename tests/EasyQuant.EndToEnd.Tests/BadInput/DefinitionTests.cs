using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using EasyQuant.Contracts.Workflow.V1;
using EasyQuant.ServiceDefaults.Errors;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace EasyQuant.EndToEnd.BadInput;

/// <summary>Faulty definitions through REST and gRPC: the same reason, field and message, and nothing stored.</summary>
[Collection(PlatformCollection.Name)]
public sealed class DefinitionTests(PlatformFixture platform)
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    [Theory]
    [MemberData(nameof(DefinitionCase.Names), MemberType = typeof(DefinitionCase))]
    public async Task Definition_WithAFault_IsRefusedByRestAndGrpcAlike(string name)
    {
        using CancellationTokenSource deadline = new(s_deadline);
        var fault = DefinitionCase.Find(name);
        string before = await PlatformState.ReadAsync(platform, deadline.Token);
        using HttpClient rest = platform.Rest();
        using GatewayGrpc grpc = platform.Grpc();

        using HttpResponseMessage response = await rest.PostAsync(
            "/api/v1/workflows", new StringContent($$"""{"definition": {{fault.Definition}}}""", Encoding.UTF8, "application/json"), deadline.Token);
        RestProblem problem = await RestProblem.ReadAsync(response);
        RpcError error = await RefusedAsync(() => grpc.Workflows.CreateWorkflowAsync(
            new CreateWorkflowRequest { Definition = WorkflowDefinition.Parser.ParseJson(fault.Definition) }, grpc.Options()).ResponseAsync);

        Assert.Equal((400, fault.Reason), (problem.Status, problem.Code));
        Assert.Equal(fault.Pointer, problem.Fields[0].Pointer);
        Assert.StartsWith(fault.Reason + ": ", problem.Fields[0].Detail, StringComparison.Ordinal);
        Assert.Contains(fault.Fragment, problem.Fields[0].Detail, StringComparison.Ordinal);
        Assert.Equal((StatusCode.InvalidArgument, fault.Reason), (error.Status, error.Reason));
        Assert.Equal(problem.Fields, error.Violations.Select(v => (v.Field, v.Description)));
        Assert.Equal(before, await PlatformState.ReadAsync(platform, deadline.Token));
    }

    [Fact]
    public async Task Definition_WithManyFaults_NamesAllOfThemAtOnce()
    {
        using CancellationTokenSource deadline = new(s_deadline);
        JsonObject workflow = DefinitionCase.Base();
        workflow["nodes"]![0]!["type"] = "CsvLoder";
        workflow["nodes"]![1]!["params"]!["period"] = 0;
        workflow["nodes"]![2]!["params"]!["colour"] = "red";
        workflow["edges"]![1]!["to"] = "save.rows";
        using HttpClient rest = platform.Rest();

        using HttpResponseMessage response = await rest.PostAsJsonAsync("/api/v1/workflows", new JsonObject { ["definition"] = workflow }, deadline.Token);
        RestProblem problem = await RestProblem.ReadAsync(response);

        string[] pointers = [.. problem.Fields.Select(field => field.Pointer).Order(StringComparer.Ordinal)];
        Assert.Equal(
            [
                "/definition/edges/1/to", "/definition/nodes/0/type", "/definition/nodes/1/params/period", "/definition/nodes/2", "/definition/nodes/2/params/colour",
            ],
            pointers);
    }

    [Fact]
    public async Task Body_OfMalformedJson_NamesLineAndByte()
    {
        using CancellationTokenSource deadline = new(s_deadline);
        string before = await PlatformState.ReadAsync(platform, deadline.Token);
        using HttpClient rest = platform.Rest();

        using HttpResponseMessage response = await rest.PostAsync(
            "/api/v1/workflows", new StringContent("{\"definition\": {\n\"name\": \"x\",, }}", Encoding.UTF8, "application/json"), deadline.Token);
        RestProblem problem = await RestProblem.ReadAsync(response);

        Assert.Equal((400, "JSON_MALFORMED"), (problem.Status, problem.Code));
        Assert.Contains("line 2, byte 13", problem.Detail, StringComparison.Ordinal);
        Assert.Equal(before, await PlatformState.ReadAsync(platform, deadline.Token));
    }

    [Fact]
    public async Task Message_WithoutAJsonForm_IsRefused()
    {
        using CancellationTokenSource deadline = new(s_deadline);
        string before = await PlatformState.ReadAsync(platform, deadline.Token);
        using GatewayGrpc grpc = platform.Grpc();
        WorkflowDefinition definition = WorkflowDefinition.Parser.ParseJson(DefinitionCase.Base().ToJsonString());
        definition.Nodes[1].Params.Fields["period"] = Value.ForNumber(double.NaN);

        RpcError number = await RefusedAsync(() => grpc.Workflows.CreateWorkflowAsync(new CreateWorkflowRequest { Definition = definition }, grpc.Options()).ResponseAsync);
        RpcError nothing = await RefusedAsync(() => grpc.Workflows.CreateWorkflowAsync(new CreateWorkflowRequest(), grpc.Options()).ResponseAsync);

        Assert.Equal((StatusCode.InvalidArgument, "PARAMETER_TYPE"), (number.Status, number.Reason));
        Assert.Equal("/definition/nodes/1/params/period", number.Violations[0].Field);
        Assert.Contains("NaN", number.Violations[0].Description, StringComparison.Ordinal);
        Assert.Equal((StatusCode.InvalidArgument, "WORKFLOW_JSON_MALFORMED"), (nothing.Status, nothing.Reason));
        Assert.Equal(before, await PlatformState.ReadAsync(platform, deadline.Token));
    }

    [Fact]
    public async Task Message_OfBytesThatAreNoMessage_IsRefused()
    {
        using CancellationTokenSource deadline = new(s_deadline);
        string before = await PlatformState.ReadAsync(platform, deadline.Token);
        using GatewayGrpc grpc = platform.Grpc();
        Marshaller<byte[]> bytes = Marshallers.Create<byte[]>(raw => raw, raw => raw);
        Method<byte[], byte[]> create = new(MethodType.Unary, "easyquant.workflow.v1.WorkflowService", "CreateWorkflow", bytes, bytes);

        RpcException refused = await Assert.ThrowsAsync<RpcException>(
            () => grpc.Invoker.AsyncUnaryCall(create, null, grpc.Options(), [0x12, 0x7f, 0x01]).ResponseAsync);

        Assert.True(refused.StatusCode is StatusCode.InvalidArgument or StatusCode.Internal or StatusCode.Unknown, $"{refused.Status}");
        Assert.DoesNotContain("EasyQuant.", refused.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(before, await PlatformState.ReadAsync(platform, deadline.Token));
    }

    [Fact]
    public async Task Body_WithAnUnknownField_NamesItsPointer()
    {
        using CancellationTokenSource deadline = new(s_deadline);
        string before = await PlatformState.ReadAsync(platform, deadline.Token);
        JsonObject workflow = DefinitionCase.Base();
        workflow["nodes"]![0]!["colour"] = "red";
        using HttpClient rest = platform.Rest();

        using HttpResponseMessage response = await rest.PostAsJsonAsync("/api/v1/workflows", new JsonObject { ["definition"] = workflow }, deadline.Token);
        RestProblem problem = await RestProblem.ReadAsync(response);

        Assert.Equal(400, problem.Status);
        Assert.Equal("/definition/nodes/0/colour", Assert.Single(problem.Fields).Pointer);
        Assert.Contains("'colour' is not a field of Node", problem.Fields[0].Detail, StringComparison.Ordinal);
        Assert.Equal(before, await PlatformState.ReadAsync(platform, deadline.Token));
    }

    [Fact]
    public async Task Body_LargerThanTheLimit_IsRefused()
    {
        using CancellationTokenSource deadline = new(s_deadline);
        string before = await PlatformState.ReadAsync(platform, deadline.Token);
        JsonObject workflow = DefinitionCase.Base();
        workflow["nodes"]![0]!["notes"] = new string('x', 7 << 20);
        using HttpClient rest = platform.Rest();
        using GatewayGrpc grpc = platform.Grpc();

        using HttpResponseMessage response = await rest.PostAsync(
            "/api/v1/workflows", new StringContent($$"""{"definition": {{workflow.ToJsonString()}}}""", Encoding.UTF8, "application/json"), deadline.Token);
        RestProblem problem = await RestProblem.ReadAsync(response);
        RpcException refused = await Assert.ThrowsAsync<RpcException>(() => grpc.Workflows.CreateWorkflowAsync(
            new CreateWorkflowRequest { Definition = WorkflowDefinition.Parser.ParseJson(workflow.ToJsonString()) }, grpc.Options()).ResponseAsync);

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "BODY_TOO_LARGE"), (response.StatusCode, problem.Code));
        Assert.Contains("6291456 bytes", problem.Detail, StringComparison.Ordinal);
        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
        Assert.Contains("message", refused.Status.Detail, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(before, await PlatformState.ReadAsync(platform, deadline.Token));
    }

    internal static async Task<RpcError> RefusedAsync<T>(Func<Task<T>> call)
    {
        RpcException exception = await Assert.ThrowsAsync<RpcException>(call);
        Assert.True(RpcError.TryRead(exception, out RpcError? error), $"No details of an error of ours: {exception.Status}");
        return error;
    }
}

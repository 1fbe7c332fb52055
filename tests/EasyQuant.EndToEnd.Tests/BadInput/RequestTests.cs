using System.Text;
using EasyQuant.Contracts.Data.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Workflow.V1;
using EasyQuant.ServiceDefaults.Errors;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace EasyQuant.EndToEnd.BadInput;

/// <summary>Faulty inputs, ids, tokens, keys and paths through REST and gRPC: exact errors, and nothing changed.</summary>
[Collection(PlatformCollection.Name)]
public sealed class RequestTests(PlatformFixture platform)
{
    private const string NoRun = "01980000-0000-7000-8000-000000000000";
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData("{}", "INPUT_MISSING", "/runs/0/inputs/path", "path")]
    [InlineData("""{"path": 7}""", "INPUT_TYPE", "/runs/0/inputs/path", "string")]
    [InlineData("""{"path": "a.csv", "period": 2.5}""", "INPUT_TYPE", "/runs/0/inputs/period", "integer")]
    [InlineData("""{"path": "a.csv", "colour": "red"}""", "INPUT_UNKNOWN", "/runs/0/inputs/colour", "colour")]
    public async Task Run_WithAFaultyInput_IsRefusedByRestAndGrpcAlike(string inputs, string reason, string pointer, string fragment)
    {
        using CancellationTokenSource deadline = new(s_deadline);
        await StoreAsync();
        string before = await PlatformState.ReadAsync(platform, deadline.Token);
        using HttpClient rest = platform.Rest();
        using GatewayGrpc grpc = platform.Grpc();

        using HttpResponseMessage response = await rest.PostAsync(
            "/api/v1/runs", new StringContent($$"""{"runs": [{"workflowName": "bad-input", "inputs": {{inputs}}}]}""", Encoding.UTF8, "application/json"), deadline.Token);
        RestProblem problem = await RestProblem.ReadAsync(response);
        RunSpec spec = new() { WorkflowName = "bad-input", Inputs = Struct.Parser.ParseJson(inputs) };
        RpcError error = await DefinitionTests.RefusedAsync(
            () => grpc.Runs.CreateRunsAsync(new CreateRunsRequest { Runs = { spec } }, grpc.Options()).ResponseAsync);

        Assert.Equal((400, reason, pointer), (problem.Status, problem.Code, problem.Fields[0].Pointer));
        Assert.Contains(fragment, problem.Fields[0].Detail, StringComparison.Ordinal);
        Assert.Equal((StatusCode.InvalidArgument, reason), (error.Status, error.Reason));
        Assert.Equal(problem.Fields, error.Violations.Select(v => (v.Field, v.Description)));
        Assert.Equal(before, await PlatformState.ReadAsync(platform, deadline.Token));
    }

    [Theory]
    [InlineData(NoRun)]
    [InlineData("not-a-uuid")]
    public async Task Run_WithAnUnknownId_IsNotFound(string runId)
    {
        using CancellationTokenSource deadline = new(s_deadline);
        string before = await PlatformState.ReadAsync(platform, deadline.Token);
        using HttpClient rest = platform.Rest();
        using GatewayGrpc grpc = platform.Grpc();

        RestProblem read = await RestProblem.ReadAsync(await rest.GetAsync($"/api/v1/runs/{runId}", deadline.Token));
        RestProblem watched = await RestProblem.ReadAsync(await rest.GetAsync($"/api/v1/runs/{runId}:watch", deadline.Token));
        RestProblem cancelled = await RestProblem.ReadAsync(
            await rest.PostAsync($"/api/v1/runs/{runId}:cancel", new StringContent("{}", Encoding.UTF8, "application/json"), deadline.Token));
        RpcError error = await DefinitionTests.RefusedAsync(() => grpc.Runs.GetRunAsync(new GetRunRequest { RunId = runId }, grpc.Options()).ResponseAsync);

        Assert.All(new[] { read, watched, cancelled }, problem => Assert.Equal((404, "RUN_NOT_FOUND"), (problem.Status, problem.Code)));
        Assert.Equal((StatusCode.NotFound, "RUN_NOT_FOUND"), (error.Status, error.Reason));
        Assert.Contains(runId, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await PlatformState.ReadAsync(platform, deadline.Token));
    }

    [Fact]
    public async Task PageToken_OfAnotherFilter_IsRefused()
    {
        using CancellationTokenSource deadline = new(s_deadline);
        using HttpClient rest = platform.Rest();
        using GatewayGrpc grpc = platform.Grpc();
        ListWorkflowsResponse first = await grpc.Workflows.ListWorkflowsAsync(new ListWorkflowsRequest { PageSize = 1 }, grpc.Options());
        Assert.NotEmpty(first.NextPageToken);

        foreach (string token in new[] { first.NextPageToken, "bm90LW91cnM" })
        {
            RestProblem problem = await RestProblem.ReadAsync(await rest.GetAsync(
                $"/api/v1/workflows?pageSize=1&namePrefix=s&pageToken={Uri.EscapeDataString(token)}", deadline.Token));
            RpcError error = await DefinitionTests.RefusedAsync(() => grpc.Workflows.ListWorkflowsAsync(
                new ListWorkflowsRequest { PageSize = 1, NamePrefix = "s", PageToken = token }, grpc.Options()).ResponseAsync);

            Assert.Equal((400, "PAGE_TOKEN_INVALID"), (problem.Status, problem.Code));
            Assert.Equal("/pageToken", problem.Fields[0].Pointer);
            Assert.Equal((StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID"), (error.Status, error.Reason));
            Assert.Equal("page_token", error.Violations[0].Field);
        }
    }

    [Fact]
    public async Task Key_MissingOrWrong_IsUnauthenticated()
    {
        using CancellationTokenSource deadline = new(s_deadline);
        string wrong = platform.Host.Key[..^1] + (platform.Host.Key[^1] == '0' ? '1' : '0');
        foreach ((string? key, string reason) in new[] { (null, "API_KEY_MISSING"), (wrong, "API_KEY_INVALID"), ("nonsense", "API_KEY_INVALID") })
        {
            using HttpClient rest = platform.Rest(key);
            using GatewayGrpc grpc = platform.Grpc(key);

            RestProblem problem = await RestProblem.ReadAsync(await rest.GetAsync("/api/v1/workflows", deadline.Token));
            RpcError error = await DefinitionTests.RefusedAsync(() => grpc.Workflows.ListWorkflowsAsync(new ListWorkflowsRequest(), grpc.Options()).ResponseAsync);

            Assert.Equal((401, reason), (problem.Status, problem.Code));
            Assert.Equal((StatusCode.Unauthenticated, reason), (error.Status, error.Reason));
            Assert.DoesNotContain(platform.Host.Key, problem.Detail + error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Key_OfAnotherProject_SeesAndChangesNothing()
    {
        using CancellationTokenSource deadline = new(s_deadline);
        await StoreAsync();
        using GatewayGrpc own = platform.Grpc();
        Run run = (await own.Runs.CreateRunsAsync(
            new CreateRunsRequest { Runs = { new RunSpec { WorkflowName = "bad-input", Inputs = Struct.Parser.ParseJson("""{"path": "no-such.csv"}""") } } }, own.Options())).Runs[0];
        using (EasyQuant.Samples.Demo.PlatformClient client = platform.Client())
        {
            await client.WatchAsync(run.RunId, _ => { }, deadline.Token);
        }

        string before = await PlatformState.ReadAsync(platform, deadline.Token);
        string key = await platform.CreateForeignKeyAsync("other", deadline.Token);
        using HttpClient rest = platform.Rest(key);
        using GatewayGrpc grpc = platform.Grpc(key);

        RestProblem problem = await RestProblem.ReadAsync(await rest.GetAsync($"/api/v1/runs/{run.RunId}", deadline.Token));
        RpcError cancel = await DefinitionTests.RefusedAsync(() => grpc.Runs.CancelRunAsync(new CancelRunRequest { RunId = run.RunId }, grpc.Options()).ResponseAsync);
        RpcError workflow = await DefinitionTests.RefusedAsync(
            () => grpc.Workflows.GetWorkflowAsync(new GetWorkflowRequest { Name = "bad-input" }, grpc.Options()).ResponseAsync);
        RpcError start = await DefinitionTests.RefusedAsync(() => grpc.Runs.CreateRunsAsync(
            new CreateRunsRequest { Runs = { new RunSpec { WorkflowName = "bad-input" } } }, grpc.Options()).ResponseAsync);
        ListWorkflowsResponse workflows = await grpc.Workflows.ListWorkflowsAsync(new ListWorkflowsRequest(), grpc.Options());
        ListRunsResponse runs = await grpc.Runs.ListRunsAsync(new ListRunsRequest(), grpc.Options());
        ListFilesResponse files = await grpc.Data.ListFilesAsync(new ListFilesRequest(), grpc.Options());

        Assert.Equal((404, "RUN_NOT_FOUND"), (problem.Status, problem.Code));
        Assert.Equal((StatusCode.NotFound, "RUN_NOT_FOUND"), (cancel.Status, cancel.Reason));
        Assert.Equal((StatusCode.NotFound, "WORKFLOW_NOT_FOUND"), (workflow.Status, workflow.Reason));
        Assert.Equal((StatusCode.NotFound, "WORKFLOW_NOT_FOUND"), (start.Status, start.Reason));
        Assert.Empty(workflows.Workflows);
        Assert.Empty(runs.Runs);
        Assert.Empty(files.Files);
        Assert.Equal(before, await PlatformState.ReadAsync(platform, deadline.Token));
    }

    [Theory]
    [InlineData("../outside.csv")]
    [InlineData("/etc/outside.csv")]
    [InlineData("a/../../outside.csv")]
    public async Task Upload_OutsideTheRoot_IsRefused(string path)
    {
        using CancellationTokenSource deadline = new(s_deadline);
        string before = await PlatformState.ReadAsync(platform, deadline.Token);
        using HttpClient rest = platform.Rest();
        using GatewayGrpc grpc = platform.Grpc();
        UploadFileRequest request = new()
        {
            Path = path,
            UploadId = Guid.CreateVersion7().ToString(),
            Content = ByteString.CopyFromUtf8("x"),
            Last = true,
        };

        RestProblem problem = await RestProblem.ReadAsync(await rest.PostAsync(
            "/api/v1/files:upload", new StringContent(JsonFormatter.Default.Format(request), Encoding.UTF8, "application/json"), deadline.Token));
        RpcError error = await DefinitionTests.RefusedAsync(() => grpc.Data.UploadFileAsync(request, grpc.Options()).ResponseAsync);

        Assert.Equal((400, "FILE_OUTSIDE_ROOT", "/path"), (problem.Status, problem.Code, problem.Fields[0].Pointer));
        Assert.Equal((StatusCode.InvalidArgument, "FILE_OUTSIDE_ROOT"), (error.Status, error.Reason));
        Assert.Equal(before, await PlatformState.ReadAsync(platform, deadline.Token));
    }

    private async Task StoreAsync()
    {
        using EasyQuant.Samples.Demo.PlatformClient client = platform.Client();
        await client.StoreWorkflowAsync(DefinitionCase.Base().ToJsonString(), CancellationToken.None);
    }
}

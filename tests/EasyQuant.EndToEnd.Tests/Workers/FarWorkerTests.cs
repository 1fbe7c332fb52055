using System.Diagnostics;
using System.Text.Json;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Workflow.V1;
using Google.Protobuf;

namespace EasyQuant.EndToEnd.Workers;

/// <summary>A worker as a person starts it far from the platform: one program with the Gateway's address, a key and a label.</summary>
[Collection(PlatformCollection.Name)]
public sealed class FarWorkerTests(PlatformFixture platform)
{
    private const string Workflow = """
        {"schema":"easyquant/workflow/1","name":"far-label","outputs":[{"name":"value","from":"map.value"}],"nodes":[{"id":"map","type":"JsonMap","params":{"value":7}}]}
        """;

    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task Worker_StartedWithServerKeyAndLabel_TakesTheRunsOfItsLabelByTheirPriority()
    {
        using CancellationTokenSource deadline = new(s_deadline);
        using GatewayGrpc grpc = platform.Grpc();
        await grpc.Workflows.CreateWorkflowAsync(new CreateWorkflowRequest { Definition = JsonParser.Default.Parse<WorkflowDefinition>(Workflow) }, grpc.Options());
        Run first = await StartAsync(grpc);
        Run second = await StartAsync(grpc);

        // Nobody has the label, so both wait, and the person changes who comes first.
        string printed = await Tool.RunAsync(
            "dotnet",
            ["exec", Repository.Built("EasyQuant.Cli", "eq.dll"), "runs", "priority", second.RunId, "7", "-o", "json", "--server", platform.Host.Grpc.ToString()],
            new Dictionary<string, string> { ["EQ_KEY"] = platform.Host.Key }, platform.Host.WorkDirectory, "build clients/cli", deadline.Token);
        JsonElement changed = JsonElement.Parse(printed);
        Assert.Equal((second.RunId, 7, "RUN_STATE_QUEUED"), (changed.GetProperty("runId").GetString(), changed.GetProperty("priority").GetInt32(), changed.GetProperty("state").GetString()));

        using Process worker = StartWorker();
        try
        {
            first = await EndAsync(grpc, first.RunId, worker, deadline.Token);
            second = await EndAsync(grpc, second.RunId, worker, deadline.Token);
        }
        finally
        {
            worker.Kill();
            await worker.WaitForExitAsync(CancellationToken.None);
        }

        Assert.Equal((RunState.Succeeded, RunState.Succeeded), (first.State, second.State));
        Assert.NotEqual("", first.WorkerId);
        Assert.Equal(first.WorkerId, second.WorkerId);
        Assert.True(second.StartTime < first.StartTime, $"The run of priority 7 started at {second.StartTime}, that of priority 0 at {first.StartTime}.");
    }

    private static async Task<Run> StartAsync(GatewayGrpc grpc) => (await grpc.Runs.CreateRunsAsync(
        new CreateRunsRequest
        {
            Runs = { new RunSpec { RequestId = Guid.CreateVersion7().ToString(), WorkflowName = "far-label", Placement = new RunPlacement { Labels = { ["where"] = "far" } } } },
        },
        grpc.Options())).Runs[0];

    // One run at a time, so that the order of the queue is the order of the starts.
    private Process StartWorker()
    {
        ProcessStartInfo start = new(
            "dotnet",
            [
                "exec", Repository.Built("EasyQuant.RunnerService", "EasyQuant.RunnerService.dll"), "--server", platform.Host.Grpc.ToString(), "--name", "far-worker",
                "--label", "where=far", "--max-workers", "1", "--data-root", platform.Host.DataDirectory, "--log-level", "warning",
            ])
        {
            WorkingDirectory = platform.Host.WorkDirectory, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["EQ_WORKER_API_KEY"] = platform.Host.Key;
        Process worker = Process.Start(start)!;
        worker.OutputDataReceived += (_, _) => { };
        worker.ErrorDataReceived += (_, _) => { };
        worker.BeginOutputReadLine();
        worker.BeginErrorReadLine();
        return worker;
    }

    private static async Task<Run> EndAsync(GatewayGrpc grpc, string runId, Process worker, CancellationToken cancellationToken)
    {
        Run run = new();
        await Poll.UntilAsync(
            $"the end of run {runId} on the far worker",
            async () =>
            {
                Assert.False(worker.HasExited, "The worker ended.");
                run = (await grpc.Runs.GetRunAsync(new GetRunRequest { RunId = runId }, grpc.Options())).Run;
                return (run.State is RunState.Succeeded or RunState.Failed or RunState.Cancelled, run.State.ToString());
            },
            cancellationToken);
        return run;
    }
}

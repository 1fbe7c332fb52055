using System.Collections.Concurrent;
using EasyQuant.Cli.Local;
using EasyQuant.Client;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Worker.V1;
using EasyQuant.Services.Tests.Scheduler;
using EasyQuant.Testing;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace EasyQuant.Services.Tests.Workers;

/// <summary>The scenario of distributed workers: in this process without workers, on one, balanced on several, and on those that are left.</summary>
public sealed class DistributedWorkersTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private readonly CancellationToken _deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4)).Token;

    [Fact]
    public async Task Scenario_WorkersComeAndGo_EveryTaskIsExecutedWhereThereIsRoom()
    {
        await using WorkerPlatform platform = await WorkerPlatform.StartAsync(fixture.Servers, _deadline);
        var here = new ConcurrentQueue<string>();
        var local = new LocalTask(platform.Runner.Workflow.DataRoot, TimeProvider.System);
        var bridge = new TaskBridge(
            platform.Tasks,
            (request, token) =>
            {
                here.Enqueue(request.TaskId);
                return local.ExecuteAsync(request, token);
            },
            TimeProvider.System);

        TaskOutcome alone = await bridge.ExecuteAsync(Quick("alone"), TestService.Headers("default"), _deadline);
        Assert.Equal((true, RunState.Succeeded), (alone.IsLocal, alone.State));

        TestService left = await platform.StartWorkerAsync("left", _deadline, new() { ["Runner:MaxConcurrentRuns"] = "4" });
        await platform.AddAsync(left, "left");
        TaskOutcome one = await bridge.ExecuteAsync(Quick("one"), TestService.Headers("default"), _deadline);
        Assert.Equal((false, RunState.Succeeded, "left"), (one.IsLocal, one.State, one.WorkerName));
        Assert.Equal("""{ "value": 7 }""", JsonFormatter.Default.Format(alone.Outputs));
        Assert.Equal(one.Outputs, alone.Outputs);

        await platform.AddAsync(await platform.StartWorkerAsync("right", _deadline, new() { ["Runner:MaxConcurrentRuns"] = "4" }), "right");
        for (int i = 1; i <= 4; i++)
        {
            await platform.Tasks.ExecuteTaskAsync(new ExecuteTaskRequest { TaskId = $"t{i}", Type = "Delay", Data = Json("""{"seconds": 600}""") }, TestService.Headers("default"));
            await Eventually.TrueAsync($"{i} tasks in the loads", async () => (await RunningAsync(platform)).Sum() == i, WorkerPlatform.Patience);
        }

        // A task that a slow worker leaves for long goes to another one, so an exact half each is not promised.
        Assert.All(await RunningAsync(platform), count => Assert.InRange(count, 1, 3));

        await platform.StopWorkerAsync(left);
        for (int i = 1; i <= 4; i++)
        {
            await Eventually.TrueAsync($"task t{i} on the worker that is left", async () => await StatusAsync(platform, $"t{i}") is { State: RunState.Running, WorkerName: "right" }, WorkerPlatform.Patience);
        }

        Assert.Equal(["alone"], here);
    }

    [Fact]
    public async Task Task_NoPlatform_IsExecutedInThisProcess()
    {
        using var channel = global::Grpc.Net.Client.GrpcChannel.ForAddress("http://127.0.0.1:9");
        var bridge = new TaskBridge(new TaskService.TaskServiceClient(channel), (request, _) => Task.FromResult(request.Data), TimeProvider.System);

        TaskOutcome outcome = await bridge.ExecuteAsync(Quick("x"), [], _deadline);

        Assert.Equal((true, RunState.Succeeded, """{ "value": 7 }"""), (outcome.IsLocal, outcome.State, JsonFormatter.Default.Format(outcome.Outputs)));
    }

    private static async Task<int[]> RunningAsync(WorkerPlatform platform) =>
        [.. (await platform.Tasks.GetTaskStatisticsAsync(new GetTaskStatisticsRequest(), TestService.Headers("default"))).Workers.Select(worker => worker.Load.RunningCount)];

    private static async Task<WorkerTask> StatusAsync(WorkerPlatform platform, string taskId) =>
        (await platform.Tasks.GetTaskStatusAsync(new GetTaskStatusRequest { TaskId = taskId }, TestService.Headers("default"))).Task;

    private static ExecuteTaskRequest Quick(string id) => new() { TaskId = id, Type = "JsonMap", Data = Json("""{"value": 7}""") };

    private static Struct Json(string text) => JsonParser.Default.Parse<Struct>(text);
}

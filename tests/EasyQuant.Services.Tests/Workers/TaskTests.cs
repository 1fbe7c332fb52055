using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Worker.V1;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.Services.Tests.Scheduler;
using EasyQuant.Testing;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace EasyQuant.Services.Tests.Workers;

/// <summary>Tasks on workers that the platform dials.</summary>
public sealed class TaskTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private readonly CancellationToken _deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3)).Token;

    [Fact]
    public async Task Task_OfANodeType_IsExecutedOnceHoweverOftenItIsAskedFor()
    {
        await using WorkerPlatform platform = await WorkerPlatform.StartAsync(fixture.Servers, _deadline);
        await platform.AddAsync(await platform.StartWorkerAsync("one", _deadline), "one");
        var request = new ExecuteTaskRequest
        {
            TaskId = "import-600000.SH",
            Type = "JsonMap",
            Data = Json("""{"fields": ["a"]}"""),
            Inputs = Json("""{"value": {"a": 1, "b": "x"}}"""),
            Priority = 7,
        };

        WorkerTask first = (await platform.Tasks.ExecuteTaskAsync(request, TestService.Headers("default"))).Task;
        WorkerTask second = (await platform.Tasks.ExecuteTaskAsync(request, TestService.Headers("default"))).Task;
        WorkerTask ended = await EndAsync(platform, request.TaskId);

        Assert.Equal((first.RunId, first.RunId, 7, "JsonMap", request.TaskId), (second.RunId, ended.RunId, ended.Priority, ended.Type, ended.TaskId));
        Assert.True(ended.State == RunState.Succeeded, ended.ToString());
        Assert.Equal("""{ "value": { "a": 1 } }""", JsonFormatter.Default.Format(ended.Outputs));
        Assert.Equal("one", ended.WorkerName);
        request.Priority = 8;
        await RefusedAsync(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", () => platform.Tasks.ExecuteTaskAsync(request, TestService.Headers("default")).ResponseAsync);
        await RefusedAsync(StatusCode.NotFound, "TASK_NOT_FOUND", () => platform.Tasks.GetTaskStatusAsync(new GetTaskStatusRequest { TaskId = request.TaskId }, TestService.Headers("other")).ResponseAsync);
    }

    [Fact]
    public async Task Task_ThatImportsADayFile_KeepsItsSymbolsAndDays()
    {
        await using WorkerPlatform platform = await WorkerPlatform.StartAsync(fixture.Servers, _deadline);
        string folder = Path.Combine(platform.Runner.Workflow.DataRoot, "files", "default", "vipdoc");
        Directory.CreateDirectory(folder);
        await File.WriteAllBytesAsync(Path.Combine(folder, "sh600000.day"), [.. Day(20240102), .. Day(20240103), .. Day(20240104)], _deadline);
        await File.WriteAllBytesAsync(Path.Combine(folder, "sh600001.day"), Day(20240103), _deadline);
        await platform.AddAsync(await platform.StartWorkerAsync("one", _deadline), "one");

        await platform.Tasks.ExecuteTaskAsync(
            new ExecuteTaskRequest { TaskId = "import", Type = "BarImport", Data = Json("""{"path": "vipdoc/*.day", "symbols": ["600000.SH"], "from": "2024-01-03", "to": "2024-01-04"}""") },
            TestService.Headers("default"));

        WorkerTask ended = await EndAsync(platform, "import");
        Assert.True(ended.State == RunState.Succeeded, ended.ToString());
        Assert.Equal(2, ended.Outputs.Fields["table"].StructValue.Fields["table"].StructValue.Fields["row_count"].NumberValue);
        Struct report = ended.Outputs.Fields["report"].StructValue;
        Assert.Equal((4, 2), (report.Fields["rows_read"].NumberValue, report.Fields["skipped_by_reason"].StructValue.Fields["FILTERED"].NumberValue));
    }

    [Fact]
    public async Task Task_OverItsTime_FailsAndLeavesTheWorkerFree()
    {
        await using WorkerPlatform platform = await WorkerPlatform.StartAsync(fixture.Servers, _deadline);
        await platform.AddAsync(await platform.StartWorkerAsync("one", _deadline), "one");

        await platform.Tasks.ExecuteTaskAsync(
            new ExecuteTaskRequest { TaskId = "slow", Type = "Delay", Data = Json("""{"seconds": 600}"""), Timeout = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(300)) },
            TestService.Headers("default"));

        WorkerTask ended = await EndAsync(platform, "slow");
        Assert.Equal((RunState.Failed, "RUN_TIMEOUT"), (ended.State, ended.Error?.Reason));
        await platform.BecomesAsync("one", worker => worker.Load.RunningCount == 0);
    }

    [Fact]
    public async Task Task_CancelledOrMalformed_SaysWhatIsWrong()
    {
        await using WorkerPlatform platform = await WorkerPlatform.StartAsync(fixture.Servers, _deadline);
        ExecuteTaskRequest good = new() { TaskId = "waits", Type = "JsonMap" };
        await platform.Tasks.ExecuteTaskAsync(good, TestService.Headers("default"));

        WorkerTask cancelled = (await platform.Tasks.CancelTaskAsync(new CancelTaskRequest { TaskId = "waits" }, TestService.Headers("default"))).Task;

        Assert.Equal(RunState.Cancelled, cancelled.State);
        (string Reason, StatusCode Status, ExecuteTaskRequest Request)[] cases =
        [
            ("TASK_ID_INVALID", StatusCode.InvalidArgument, new(good) { TaskId = "" }),
            ("TASK_ID_INVALID", StatusCode.InvalidArgument, new(good) { TaskId = "a b" }),
            ("TASK_TYPE_INVALID", StatusCode.InvalidArgument, new(good) { TaskId = "x", Type = "" }),
            ("PRIORITY_OUT_OF_RANGE", StatusCode.InvalidArgument, new(good) { TaskId = "x", Priority = 10 }),
            ("DURATION_INVALID", StatusCode.InvalidArgument, new(good) { TaskId = "x", Timeout = new Duration { Seconds = -1 } }),
            ("WORKFLOW_NOT_FOUND", StatusCode.NotFound, new(good) { TaskId = "x", Type = "workflow:none" }),
            ("UNKNOWN_NODE_TYPE", StatusCode.InvalidArgument, new(good) { TaskId = "x", Type = "Nothing" }),
            ("UNKNOWN_PARAMETER", StatusCode.InvalidArgument, new(good) { TaskId = "x", Data = Json("""{"colour": 1}""") }),
        ];
        foreach ((string reason, StatusCode status, ExecuteTaskRequest request) in cases)
        {
            await RefusedAsync(status, reason, () => platform.Tasks.ExecuteTaskAsync(request, TestService.Headers("default")).ResponseAsync);
        }

        await RefusedAsync(StatusCode.NotFound, "TASK_NOT_FOUND", () => platform.Tasks.GetTaskStatusAsync(new GetTaskStatusRequest { TaskId = "x" }, TestService.Headers("default")).ResponseAsync);
    }

    // A record of the vendor: day, four prices in cents, amount as a float, volume, a number without meaning.
    private static byte[] Day(int day) =>
        [.. new[] { day, 661, 667, 660, 665 }.SelectMany(BitConverter.GetBytes), .. BitConverter.GetBytes(66_500f), .. BitConverter.GetBytes(100), .. BitConverter.GetBytes(0)];

    private static Struct Json(string text) => JsonParser.Default.Parse<Struct>(text);

    private static async Task<WorkerTask> StatusAsync(WorkerPlatform platform, string taskId) =>
        (await platform.Tasks.GetTaskStatusAsync(new GetTaskStatusRequest { TaskId = taskId }, TestService.Headers("default"))).Task;

    private static Task<WorkerTask> EndAsync(WorkerPlatform platform, string taskId) => Eventually.BecomesAsync(
        $"the end of task {taskId}", () => StatusAsync(platform, taskId), task => task.State is RunState.Succeeded or RunState.Failed or RunState.Cancelled, WorkerPlatform.Patience);

    private static async Task RefusedAsync(StatusCode status, string reason, Func<System.Threading.Tasks.Task> call)
    {
        RpcException exception = await Assert.ThrowsAsync<RpcException>(call);
        Assert.True(RpcError.TryRead(exception, out RpcError? error), exception.ToString());
        Assert.Equal((status, reason), (exception.StatusCode, error.Reason));
    }
}

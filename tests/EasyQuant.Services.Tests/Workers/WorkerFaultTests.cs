using System.Diagnostics;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Worker.V1;
using EasyQuant.Services.Tests.Scheduler;
using EasyQuant.Testing;
using Google.Protobuf.WellKnownTypes;
using Npgsql;

namespace EasyQuant.Services.Tests.Workers;

/// <summary>Workers with one stream to the platform that leave: drained by hand, or killed in the middle of a task.</summary>
public sealed class WorkerFaultTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private const string Bars = "symbol,date,open,high,low,close,volume,amount\n600000.SH,2026-01-05,10,11,9,10.5,1000,10500\n";

    // Waits until somebody writes the file, as a step of its own.
    private const string Gate = """{"id":"gate","type":"CsvLoader","params":{"path":"gate.csv"},"retry":{"maxAttempts":100,"delay":"2s","backoff":1}}""";

    private readonly CancellationToken _deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4)).Token;

    [Fact]
    public async Task Drain_WorkerWithATask_FinishesItKeepsBeatingAndTakesNothingNew()
    {
        await using WorkerPlatform platform = await WorkerPlatform.StartAsync(fixture.Servers, _deadline);
        await platform.AddAsync(await platform.StartWorkerAsync("leaving", _deadline, new() { ["Runner:MaxConcurrentRuns"] = "4" }), "leaving");
        await platform.Runner.CreateAsync("held", $$"""  "nodes":[{{Gate}}]  """);
        Run first = await platform.Runner.StartAsync("held");
        await platform.Runner.WaitAsync(first.RunId, run => run.State == RunState.Running);

        await platform.Pool.DrainWorkerAsync(new DrainWorkerRequest { Name = "leaving" }, TestService.Headers("default"));
        Worker draining = (await platform.BecomesAsync("leaving", one => one is { State: WorkerState.Draining, Load.Refusal: "draining" }))!;
        Run second = await platform.Runner.StartAsync("held");
        for (int beat = 0; beat < 5; beat++)
        {
            Timestamp last = draining.HeartbeatTime;
            draining = (await platform.BecomesAsync("leaving", one => one.HeartbeatTime.ToDateTimeOffset() > last.ToDateTimeOffset()))!;
            Assert.Equal((WorkerState.Draining, 1), (draining.State, draining.Load.RunningCount));
        }

        await WriteAsync(platform, "gate.csv");
        Run ended = await platform.Runner.WaitAsync(first.RunId);
        Assert.True(ended.State == RunState.Succeeded && ended.CrashCount == 0, $"{ended.State} {ended.Error}");
        await platform.BecomesAsync("leaving", one => one is { State: WorkerState.Draining, Load.RunningCount: 0 });
        Assert.Equal(RunState.Queued, (await platform.Runner.WaitAsync(second.RunId, _ => true)).State);

        await platform.Pool.ResumeWorkerAsync(new ResumeWorkerRequest { Name = "leaving" }, TestService.Headers("default"));
        Assert.Equal(RunState.Succeeded, (await platform.Runner.WaitAsync(second.RunId)).State);
    }

    [Fact]
    public async Task Kill_WorkerInTheMiddleOfATask_ItEndsOnAnotherOneAndWritesOnce()
    {
        await using WorkerPlatform platform = await WorkerPlatform.StartAsync(fixture.Servers, _deadline);
        await WriteAsync(platform, "one.csv");
        await platform.Runner.CreateAsync(
            "two-writes",
            $$$"""
            "nodes":[{"id":"load","type":"CsvLoader","params":{"path":"one.csv"}},{"id":"before","type":"DbSave","params":{"table":"before_kill","mode":"append"}},
              {{{Gate}}},{"id":"after","type":"DbSave","params":{"table":"after_kill","mode":"append"}}],
            "edges":[{"from":"load.table","to":"before.table"},{"from":"gate.table","to":"after.table"}]
            """);
        using Process doomed = await WorkerProcess.StartAsync(platform, "doomed");
        try
        {
            await platform.Tasks.ExecuteTaskAsync(new ExecuteTaskRequest { TaskId = "import", Type = "workflow:two-writes" }, TestService.Headers("default"));
            await Eventually.TrueAsync(
                "the task behind its first effect", async () => await ScalarAsync(platform, "select count(*) from data.before_kill") == 1, WorkerPlatform.Patience);
            WorkerTask running = await StatusAsync(platform);
            Assert.Equal((RunState.Running, "doomed"), (running.State, running.WorkerName));
            doomed.Kill();
            await doomed.WaitForExitAsync(_deadline);
        }
        finally
        {
            doomed.Kill();
        }

        await platform.AddAsync(await platform.StartWorkerAsync("other", _deadline, WorkerProcess.Database(platform)), "other");
        await Eventually.TrueAsync("the task on the other worker", async () => await StatusAsync(platform) is { State: RunState.Running, WorkerName: "other" }, WorkerPlatform.Patience);
        await WriteAsync(platform, "gate.csv");
        await Eventually.TrueAsync("the end of the task", async () => (await StatusAsync(platform)).State == RunState.Succeeded, WorkerPlatform.Patience);

        Assert.Equal(1, await ScalarAsync(platform, "select count(*) from data.before_kill"));
        Assert.Equal(1, await ScalarAsync(platform, "select count(*) from data.after_kill"));
        Worker dead = (await platform.BecomesAsync("doomed", one => one.State is WorkerState.Offline or WorkerState.Lost))!;
        Assert.Equal("doomed", dead.Registration.Name);
    }

    private static async Task WriteAsync(WorkerPlatform platform, string file)
    {
        string folder = Directory.CreateDirectory(Path.Combine(platform.Runner.Workflow.DataRoot, "files", "default")).FullName;
        // In one step, so that nobody reads half of it.
        string part = Path.Combine(folder, $"{file}.part");
        await File.WriteAllTextAsync(part, Bars);
        File.Move(part, Path.Combine(folder, file));
    }

    private static async Task<long> ScalarAsync(WorkerPlatform platform, string sql)
    {
        try
        {
            await using NpgsqlCommand command = platform.Runner.Workflow.DataSource.CreateCommand(sql);
            return (long)(await command.ExecuteScalarAsync())!;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            // Nobody has written yet.
            return 0;
        }
    }

    private static async Task<WorkerTask> StatusAsync(WorkerPlatform platform) =>
        (await platform.Tasks.GetTaskStatusAsync(new GetTaskStatusRequest { TaskId = "import" }, TestService.Headers("default"))).Task;
}

using System.Diagnostics;
using EasyQuant.Contracts.Worker.V1;
using EasyQuant.Samples.Market;
using EasyQuant.Samples.Workers;
using EasyQuant.Services.Tests.Scheduler;
using EasyQuant.Testing;
using Grpc.Core;
using Grpc.Net.Client;

namespace EasyQuant.Services.Tests.Workers;

/// <summary>The sample <c>workers</c>: without workers, with one, with several, and with one that dies.</summary>
public sealed class WorkersSampleTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private const int Files = 20;
    private static readonly SampleFile[] s_files = [.. SyntheticMarket.Generate(7, Files, 60).Files.Where(file => file.Path.StartsWith("tushare/", StringComparison.Ordinal))];
    private static readonly string[] s_paths = [.. s_files.Select(file => file.Path)];

    private readonly CancellationToken _deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4)).Token;

    [Fact]
    public async Task Run_WorkersComeAndGo_GivesTheSameCountsWhereverTasksAreExecuted()
    {
        await using WorkerPlatform platform = await WorkerPlatform.StartAsync(fixture.Servers, _deadline);
        string folder = await WriteAsync(platform);
        using GrpcChannel nowhere = GrpcChannel.ForAddress("http://127.0.0.1:9");
        IReadOnlyList<FileCount> alone = await new WorkersSample(new TaskService.TaskServiceClient(nowhere), [], folder, TimeProvider.System).RunAsync(s_paths, "alone", 4, null, _deadline);
        Assert.All(alone, count => Assert.True(count is { Where: WorkersSample.Here, RowCount: > 0 }, $"{count}"));

        var sample = new WorkersSample(platform.Tasks, TestService.Headers("default"), folder, TimeProvider.System);
        Check(alone, await sample.RunAsync(s_paths, "no-worker", 4, null, _deadline), WorkersSample.Here);

        TestService one = await platform.StartWorkerAsync("one", _deadline, new() { ["Runner:MaxConcurrentRuns"] = "4" });
        await platform.AddAsync(one, "one");
        Check(alone, await sample.RunAsync(s_paths, "one", 4, null, _deadline), "one");

        await platform.AddAsync(await platform.StartWorkerAsync("two", _deadline, new() { ["Runner:MaxConcurrentRuns"] = "4" }), "two");
        Check(alone, await sample.RunAsync(s_paths, "several", 8, null, _deadline), "one", "two");
    }

    [Fact]
    public async Task Run_TheOnlyWorkerDiesWithTasks_TheyEndOnTheNextOne()
    {
        await using WorkerPlatform platform = await WorkerPlatform.StartAsync(fixture.Servers, _deadline);
        string folder = await WriteAsync(platform);
        // It dies with its third report, whatever it holds then.
        using Process doomed = await WorkerProcess.StartAsync(platform, "doomed", "runner.report.before:exit137:3");
        try
        {
            var sample = new WorkersSample(platform.Tasks, TestService.Headers("default"), folder, TimeProvider.System);
            Task<IReadOnlyList<FileCount>> running = sample.RunAsync(s_paths, "failover", 4, null, _deadline);
            await doomed.WaitForExitAsync(_deadline);
            Assert.Equal(137, doomed.ExitCode);
            await platform.AddAsync(await platform.StartWorkerAsync("next", _deadline, new() { ["Runner:MaxConcurrentRuns"] = "4" }), "next");
            IReadOnlyList<FileCount> counts = await running;
            Assert.All(counts, count => Assert.True(count.RowCount > 0, $"{count}"));
            // What was on the dead one is never executed here; what was not yet sent may be, while there was no worker.
            Assert.Contains(counts, count => count.Where == "next");
        }
        finally
        {
            doomed.Kill();
        }
    }

    private static async Task<string> WriteAsync(WorkerPlatform platform)
    {
        string folder = Path.Combine(platform.Runner.Workflow.DataRoot, "files", "default");
        foreach (SampleFile file in s_files)
        {
            string path = Path.Combine(folder, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, file.Content);
        }

        return folder;
    }

    private static void Check(IReadOnlyList<FileCount> expected, IReadOnlyList<FileCount> found, params string[] places)
    {
        Assert.Equal(expected.Select(count => (count.Path, count.RowCount)), found.Select(count => (count.Path, count.RowCount)));
        Assert.All(found, count => Assert.Contains(count.Where, places));
    }
}

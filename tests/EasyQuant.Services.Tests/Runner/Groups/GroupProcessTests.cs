using System.Diagnostics;
using System.Globalization;
using EasyQuant.Contracts.Group.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Testing;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using static EasyQuant.Services.Tests.Runner.Groups.GroupRuns;
using RunState = EasyQuant.Contracts.Run.V1.RunState;

namespace EasyQuant.Services.Tests.Runner.Groups;

public sealed class GroupProcessTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private const string Definition =
        """
        {"schema":"easyquant/groups/1","name":"placed","mqConfig":{"prefetch":2},"topics":[{"name":"bars","lengthMax":4}],"groups":[
          {"id":"read","replicas":2,"shards":4,"placement":"processes","outputQueue":"bars","nodes":[{"id":"load","type":"CsvLoader","params":{"path":"csv/*.csv","chunkSize":200}}]},
          {"id":"keep","replicas":1,"placement":"processes","inputQueue":"bars","nodes":[{"id":"save","type":"DbSave","params":{"table":"kept"}}]}]}
        """;

    [Fact]
    public async Task Processes_KilledAndScaledUpAndDown_EveryRowOnceInProcessesOfTheirOwn()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, withRunner: false, lease: "00:00:20");
        await WriteFilesAsync(host);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(8));
        using Process runner = StartRunner(host);
        try
        {
            await host.WaitForCatalogueAsync(deadline.Token);
            // Nothing is consumed until the end of the changes: the queue fills, the readers wait in the middle of their files, and no replica can be done.
            IAsyncDisposable held = await HoldConsumersAsync(host, deadline.Token);
            GroupStart start = await StartAsync(host, Definition);
            GroupStart full = await WaitAsync(host, start, one => one.Groups[0].RunningCount == 2 && one.Groups[1].RunningCount == 1, deadline.Token);
            var victims = new List<int>();
            foreach (ReplicaRun run in full.Groups.SelectMany(group => group.Runs).Where(run => run.State == RunState.Running))
            {
                victims.Add(await ReaderAsync(host, run.RunId, deadline.Token));
                using Process process = Process.GetProcessById(victims[^1]);
                process.Kill();
            }

            await ScaleAsync(host, start, 3);
            await WaitAsync(host, start, one => one.Groups[1].RunningCount == 3, deadline.Token);
            await ScaleAsync(host, start, 2);
            await WaitAsync(host, start, one => one.Groups[1].RunningCount == 2, deadline.Token);
            await held.DisposeAsync();
            GroupStart ended = await WaitForEndAsync(host, start, deadline.Token);
            Assert.True(ended.State == StartState.Succeeded, ended.ToString());
            Assert.Equal(3, victims.Distinct().Count());
            Assert.Equal(RowCount, await ScalarAsync(host, "select count(*) from data.kept", deadline.Token));
            Assert.Equal(RowCount, await ScalarAsync(host, "select count(*) from (select distinct symbol, trading_date from data.kept) as k", deadline.Token));
            Assert.All(ended.Groups.SelectMany(group => group.Runs), run => Assert.Equal(0, run.CrashCount));
            int[] processes = await ProcessIdsAsync(host, ended);
            Assert.True(processes.Length >= 3, string.Join(' ', processes));
            Assert.Equal(processes.Length, processes.Distinct().Count());
            Assert.DoesNotContain(runner.Id, processes);
            Assert.Empty(processes.Intersect(victims));
        }
        finally
        {
            Stop(runner);
        }
    }

    [Fact]
    public async Task Processes_StartStopped_NoneGoesOnAndTheQueuesAreGone()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, withRunner: false, lease: "00:00:20");
        await WriteFilesAsync(host);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(8));
        using Process runner = StartRunner(host);
        try
        {
            await host.WaitForCatalogueAsync(deadline.Token);
            await using IAsyncDisposable held = await HoldConsumersAsync(host, deadline.Token);
            GroupStart start = await StartAsync(host, Definition);
            await WaitAsync(host, start, one => one.Groups[0].RunningCount == 2 && one.Groups[1].RunningCount == 1, deadline.Token);
            await host.Workflow.Groups.StopGroupStartAsync(new StopGroupStartRequest { StartId = start.StartId });
            GroupStart ended = await WaitForEndAsync(host, start, deadline.Token);
            Assert.Equal(StartState.Stopped, ended.State);
            string queue = $"data.{start.StartId}.bars.keep";
            while (await host.HasQueueAsync(queue, deadline.Token))
            {
                Assert.False(deadline.IsCancellationRequested, $"The queue {queue} is still there.");
                await Task.Delay(100, CancellationToken.None);
            }
        }
        finally
        {
            Stop(runner);
        }
    }

    [Fact]
    public async Task OneRunner_TwoRunnersAreThere_AllReplicasAreProcessesOfOne()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, withRunner: false, lease: "00:00:20");
        await WriteFilesAsync(host, 40);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(8));
        string[] names = ["runner-a", "runner-b"];
        var runners = new List<Process>();
        try
        {
            foreach (string name in names)
            {
                host.Settings["Runner:Name"] = name;
                runners.Add(StartRunner(host));
            }

            await host.WaitForCatalogueAsync(deadline.Token);
            await host.CreateAsync("probe", """ "nodes":[{"id":"n","type":"JsonMap","params":{"value":1}}] """);
            foreach (string name in names)
            {
                // Each takes work.
                var spec = new RunSpec
                {
                    WorkflowName = "probe", RequestId = Guid.NewGuid().ToString(),
                    Placement = new RunPlacement { Worker = name, FallbackAfter = Duration.FromTimeSpan(TimeSpan.FromMinutes(10)) },
                };
                Assert.Equal(RunState.Succeeded, (await host.WaitAsync((await host.Workflow.Runs.CreateRunsAsync(new CreateRunsRequest { Runs = { spec } })).Runs[0].RunId)).State);
            }

            IAsyncDisposable held = await HoldConsumersAsync(host, deadline.Token);
            GroupStart start = await StartAsync(host, Definition.Replace("\"processes\"", "\"oneRunner\"", StringComparison.Ordinal));
            await ScaleAsync(host, start, 3);
            GroupStart full = await WaitAsync(host, start, one => one.Groups[0].RunningCount == 2 && one.Groups[1].RunningCount == 3, deadline.Token);
            Assert.Single(full.Groups.SelectMany(group => group.Runs).Select(run => run.WorkerId).Distinct());
            await held.DisposeAsync();
            GroupStart ended = await WaitForEndAsync(host, start, deadline.Token);
            Assert.True(ended.State == StartState.Succeeded, ended.ToString());
            Assert.Equal(40L * DaysPerFile, await ScalarAsync(host, "select count(*) from data.kept", deadline.Token));
            int[] processes = await ProcessIdsAsync(host, ended);
            Assert.Equal((5, 5), (processes.Length, processes.Distinct().Count()));
            Assert.Empty(processes.Intersect(runners.Select(runner => runner.Id)));
        }
        finally
        {
            runners.ForEach(Stop);
            runners.ForEach(runner => runner.Dispose());
        }
    }

    [Fact]
    public async Task Sample_OneOfTwoReadersIsKilled_TheOtherGoesOnAndEveryRowIsThereOnce()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, lease: "00:00:20");
        await WriteFilesAsync(host);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(8));
        GroupsDefinition sample = JsonParser.Default.Parse<GroupsDefinition>(
            await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "samples", "groups", "readers-and-processors.json"), deadline.Token));
        sample.Groups[0].Placement = "processes";
        await host.Workflow.Groups.CreateProcessSchedulerAsync(new CreateProcessSchedulerRequest { Definition = sample });
        // The queue fills, and both readers wait in the middle of their files.
        IAsyncDisposable held = await HoldConsumersAsync(host, deadline.Token);
        GroupStart start = (await host.Workflow.Groups.StartProcessSchedulerAsync(new StartProcessSchedulerRequest { Name = sample.Name })).Start;
        start = await WaitAsync(host, start, one => one.Groups[0].RunningCount == 2, deadline.Token);
        int[] readers = [await ReaderAsync(host, start.Groups[0].Runs[0].RunId, deadline.Token), await ReaderAsync(host, start.Groups[0].Runs[1].RunId, deadline.Token)];
        Assert.NotEqual(readers[0], readers[1]);
        using (Process victim = Process.GetProcessById(readers[0]))
        {
            victim.Kill();
        }

        await host.Workflow.Groups.ScaleGroupAsync(new ScaleGroupRequest { StartId = start.StartId, GroupId = "processors", Replicas = 3 });
        await held.DisposeAsync();
        GroupStart ended = await WaitForEndAsync(host, start, deadline.Token);
        Assert.True(ended.State == StartState.Succeeded, ended.ToString());
        Assert.Equal([RowCount, RowCount], ended.Groups.Select(group => group.Sums.RowCount));
        Assert.Equal(RowCount, await ScalarAsync(host, "select count(*) from data.factors", deadline.Token));
        Assert.Equal(RowCount, await ScalarAsync(host, "select count(*) from (select distinct symbol, trading_date from data.factors) as k", deadline.Token));
        Assert.All(ended.Groups[0].Runs, run => Assert.Equal((RunState.Succeeded, 0), (run.State, run.CrashCount)));
        // One was replaced, the other was left alone.
        Assert.NotEqual(readers[0], await EndedReaderAsync(host, ended.Groups[0].Runs[0].RunId));
        Assert.Equal(readers[1], await EndedReaderAsync(host, ended.Groups[0].Runs[1].RunId));
    }

    // Its progress says in which process it works.
    private static async Task<int> ReaderAsync(RunnerHost host, string runId, CancellationToken cancellationToken)
    {
        using AsyncServerStreamingCall<WatchRunResponse> watch = host.Workflow.Runs.WatchRun(new WatchRunRequest { RunId = runId }, cancellationToken: cancellationToken);
        while (await watch.ResponseStream.MoveNext(cancellationToken))
        {
            string message = watch.ResponseStream.Current.Event?.Message ?? "";
            int at = message.LastIndexOf("process ", StringComparison.Ordinal);
            if (at >= 0)
            {
                return int.Parse(message[(at + "process ".Length)..], CultureInfo.InvariantCulture);
            }
        }

        throw new InvalidOperationException($"Run {runId} has ended and never said where it worked.");
    }

    private static async Task<int> EndedReaderAsync(RunnerHost host, string runId) =>
        (int)Assert.Single(await host.StepsAsync(runId)).Outputs.Fields["sums"].StructValue.Fields["process_id"].NumberValue;

    private static async Task ScaleAsync(RunnerHost host, GroupStart start, int replicas) =>
        await host.Workflow.Groups.ScaleGroupAsync(new ScaleGroupRequest { StartId = start.StartId, GroupId = "keep", Replicas = replicas });

    private static async Task<int[]> ProcessIdsAsync(RunnerHost host, GroupStart start)
    {
        var found = new List<int>();
        foreach (ReplicaRun run in start.Groups.SelectMany(group => group.Runs).Where(run => run.State == RunState.Succeeded))
        {
            Step step = Assert.Single(await host.StepsAsync(run.RunId));
            found.Add((int)step.Outputs.Fields["sums"].StructValue.Fields["process_id"].NumberValue);
        }

        return [.. found];
    }
}

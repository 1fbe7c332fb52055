using System.Diagnostics;
using System.Globalization;
using EasyQuant.Contracts.Group.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Testing;
using static EasyQuant.Services.Tests.Runner.Groups.GroupRuns;

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
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(150));
        using Process runner = StartRunner(host);
        try
        {
            await host.WaitForCatalogueAsync(deadline.Token);
            GroupStart start = await StartAsync(host, Definition);
            // Without a consumer the queue fills, and the readers wait in the middle of their files.
            await ScaleAsync(host, start, 0);
            await WaitAsync(host, start, one => one.Groups[0].RunningCount == 2 && one.Groups[1].RunningCount == 0, deadline.Token);
            await ScaleAsync(host, start, 1);
            await WaitAsync(host, start, one => one.Groups[1].Sums.RowCount > 0, deadline.Token);
            int[] victims = Children(runner.Id);
            foreach (int victim in victims)
            {
                using Process process = Process.GetProcessById(victim);
                process.Kill();
            }

            await ScaleAsync(host, start, 3);
            await WaitAsync(host, start, one => one.Groups[1].RunningCount == 3, deadline.Token);
            await ScaleAsync(host, start, 2);
            GroupStart ended = await WaitForEndAsync(host, start, deadline.Token);
            Assert.True(ended.State == StartState.Succeeded, ended.ToString());
            Assert.NotEmpty(victims);
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
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        using Process runner = StartRunner(host);
        try
        {
            await host.WaitForCatalogueAsync(deadline.Token);
            GroupStart start = await StartAsync(host, Definition);
            await ScaleAsync(host, start, 0);
            await WaitAsync(host, start, one => one.Groups[0].RunningCount == 2, deadline.Token);
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

    private static int[] Children(int parent) =>
    [
        .. Directory.GetDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : 0)
            .Where(id => id > 0 && ParentOf(id) == parent),
    ];

    private static int ParentOf(int process)
    {
        try
        {
            // The name of the program stands in brackets and may hold spaces; state and parent follow.
            string stat = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}

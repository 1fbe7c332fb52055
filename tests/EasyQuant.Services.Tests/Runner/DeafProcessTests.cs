using System.Diagnostics;
using System.Globalization;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Testing;
using static EasyQuant.Services.Tests.Runner.FanOutTests;

namespace EasyQuant.Services.Tests.Runner;

/// <summary>Runners and their child processes in which code blocks for ever and does not look at its token.</summary>
public sealed class DeafProcessTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private const string HangingSave = "db-save.before-commit:hang:1";
    private const string Save =
        """
        "nodes":[{"id":"load","type":"CsvLoader","params":{"path":"one.csv"}},{"id":"save","type":"DbSave","params":{"table":"saved","mode":"append"}}],
        "edges":[{"from":"load.table","to":"save.table"}]
        """;

    private const string Item = """ "inputs":[{"name":"n","type":"number"}],"nodes":[{"id":"n","type":"JsonMap","params":{"value":"${inputs.n}"}}] """;

    private static readonly Dictionary<string, string?> s_settings = new()
    {
        ["Runner:MaxConcurrentRuns"] = "1", ["Runner:MaxItemProcesses"] = "1",
    };

    [Fact]
    public async Task Terminate_NodeIgnoresIt_ProcessEndsAndTheRunIsGivenBack()
    {
        // A lease that outlasts the shutdown on any machine, and a grace that does: only giving back can queue the run again.
        await using RunnerHost host = await StartAsync(lease: "00:10:00", ("Runner:CancelGrace", "00:10:00"));
        await WriteOneAsync(host, "one.csv");
        await UseAsync(host, HangingSave, "", async runner =>
        {
            await host.CreateAsync("save", Save);
            Run run = await host.StartAsync("save");
            await WaitForStepAsync(host, run, "save");
            using (Process kill = Process.Start("kill", ["-TERM", runner.Id.ToString(CultureInfo.InvariantCulture)]))
            {
                await kill.WaitForExitAsync();
            }

            using var bound = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            await runner.WaitForExitAsync(bound.Token);
            Assert.Equal(0, runner.ExitCode);
            Run back = (await host.Workflow.Runs.GetRunAsync(new GetRunRequest { RunId = run.RunId })).Run;
            Assert.Equal((RunState.Queued, 0), (back.State, back.CrashCount));
        });
    }

    [Fact]
    public async Task CancelRun_AllSlotsHeldByNodesThatIgnoreIt_ProcessEndsToBeStartedAgain()
    {
        await using RunnerHost host = await StartAsync("00:00:10", ("Runner:CancelGrace", "00:00:00.500"));
        await WriteOneAsync(host, "one.csv");
        await UseAsync(host, HangingSave, "", async runner =>
        {
            await host.CreateAsync("save", Save);
            Run run = await host.StartAsync("save");
            await WaitForStepAsync(host, run, "save");
            await host.Workflow.Runs.CancelRunAsync(new CancelRunRequest { RunId = run.RunId, Cause = "enough" });
            using var bound = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            await runner.WaitForExitAsync(bound.Token);
            Assert.Equal(70, runner.ExitCode);
            Assert.Equal(RunState.Cancelled, (await host.WaitAsync(run.RunId)).State);
            Assert.Equal("NODE_IGNORES_CANCEL", (await host.StepsAsync(run.RunId))[1].Error.Reason);
        });
    }

    [Theory]
    [InlineData("itemTimeout", "")]
    [InlineData("", "00:00:05")]
    public async Task Item_HangsInItsProcess_ProcessEndsAndTheOtherItemsGoOn(string limit, string timeMax)
    {
        await using RunnerHost host = timeMax.Length > 0 ? await StartAsync("00:00:10", ("Runner:ItemProcessTimeMax", timeMax)) : await StartAsync();
        string batch = Batch("item", Numbers(3), $$"""  "mode":"processes","concurrency":1,"onFailure":"continue"{{(limit.Length > 0 ? ",\"itemTimeout\":5" : "")}}  """);
        await UseAsync(host, "", "runner.item.before:hang:2", async runner =>
        {
            await host.CreateAsync("item", Item);
            await host.CreateAsync("batch", batch);
            Run ended = await host.WaitAsync((await host.StartAsync("batch")).RunId);
            Assert.True(ended.State == RunState.Succeeded, $"{ended.Error}");
            Item[] items = [.. (await ListAsync(host, ended)).Items];
            Assert.Equal([ItemState.Succeeded, ItemState.Failed, ItemState.Succeeded], items.Select(item => item.State));
            Assert.Equal("ITEM_TIMEOUT", items[1].Error.Reason);
            Assert.NotEqual(items[0].ProcessId, items[2].ProcessId);
            Assert.False(IsAlive(items[0].ProcessId));
            Assert.False(runner.HasExited);
        });
    }

    [Theory]
    [InlineData("run")]
    [InlineData("step")]
    public async Task Cancel_ItemHangsInItsProcess_ProcessEndsAndAnotherServes(string kind)
    {
        await using RunnerHost host = await StartAsync();
        await WriteOneAsync(host, "one.csv");
        string batch = Batch("item", Numbers(3), """  "mode":"processes","concurrency":1  """);
        await UseAsync(host, "", "db-save.before-commit:hang:3", async runner =>
        {
            await host.CreateAsync("item", "\"inputs\":[{\"name\":\"n\",\"type\":\"number\"}]," + Save);
            await host.CreateAsync("batch", kind == "run" ? batch : batch.Replace("}}],", """},"timeout":"10s"}],""", StringComparison.Ordinal));
            // The process is warm then: its start does not count for the timeout.
            await host.CreateAsync("warm", Batch("item", Numbers(1), """  "mode":"processes","concurrency":1  """));
            Assert.Equal(RunState.Succeeded, (await host.WaitAsync((await host.StartAsync("warm")).RunId)).State);
            Run run = await host.StartAsync("batch");
            await WaitForItemsAsync(host, run, fanOut => fanOut.SucceededCount == 1);
            // A cancel that comes between two items meets an idle process, which stays.
            await WaitForSaveAsync(host);
            int process = (await ListAsync(host, run)).Items[0].ProcessId;
            if (kind == "run")
            {
                await host.Workflow.Runs.CancelRunAsync(new CancelRunRequest { RunId = run.RunId, Cause = "enough" });
            }

            Run ended = await host.WaitAsync(run.RunId);
            Assert.Equal(kind == "run" ? RunState.Cancelled : RunState.Failed, ended.State);
            using var bound = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            while (IsAlive(process))
            {
                await Task.Delay(50, bound.Token);
            }

            Assert.False(runner.HasExited);
        });
    }

    private Task<RunnerHost> StartAsync(string lease = "00:00:10", params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string?>(s_settings);
        foreach ((string name, string value) in more)
        {
            settings[name] = value;
        }

        return RunnerHost.StartAsync(fixture.Servers, withRunner: false, settings, lease);
    }

    private static async Task UseAsync(RunnerHost host, string failpoint, string itemFailpoint, Func<Process, Task> use)
    {
        using Process runner = RunnerProcess.Start(host, failpoint, itemFailpoint);
        try
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
            await host.WaitForCatalogueAsync(deadline.Token);
            await use(runner);
        }
        finally
        {
            if (!runner.HasExited)
            {
                runner.Kill(entireProcessTree: true);
            }
        }
    }

    private static bool IsAlive(int processId) => Directory.Exists($"/proc/{processId}");

    private static async Task WaitForStepAsync(RunnerHost host, Run run, string nodeId)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!(await host.StepsAsync(run.RunId)).Any(step => step.NodeId == nodeId && step.State == StepState.Running))
        {
            await Task.Delay(20, deadline.Token);
        }

        await WaitForSaveAsync(host);
    }

    private static async Task WaitForSaveAsync(RunnerHost host)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (await Groups.GroupRuns.ScalarAsync(
            host, "select count(*) from pg_stat_activity where datname = current_database() and application_name in ('easyquant-nodes', 'easyquant-items') and state like 'idle in transaction%'", deadline.Token) == 0)
        {
            await Task.Delay(20, deadline.Token);
        }
    }
}

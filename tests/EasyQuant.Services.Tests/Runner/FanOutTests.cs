using System.Diagnostics;
using System.Globalization;
using System.Text;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Testing;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Npgsql;

namespace EasyQuant.Services.Tests.Runner;

/// <summary>Items of fan-outs on the platform: what is kept of them, who executes them, and what faults leave.</summary>
public sealed class FanOutTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    internal const string Sleeper =
        """
        "inputs":[{"name":"n","type":"integer"}],"outputs":[{"name":"out","from":"d.value"}],
        "nodes":[{"id":"v","type":"JsonMap","params":{"value":{"twice":"${inputs.n}"}}},{"id":"d","type":"Delay","params":{"seconds":0.05}}],
        "edges":[{"from":"v.value","to":"d.value"}]
        """;

    internal const string Loader =
        """  "inputs":[{"name":"file","type":"string"}],"outputs":[{"name":"table","from":"l.table"}],"nodes":[{"id":"l","type":"CsvLoader","params":{"path":"${inputs.file}"}}]  """;

    private const string Appender =
        """
        "inputs":[{"name":"n","type":"integer"}],
        "nodes":[{"id":"l","type":"CsvLoader","params":{"path":"one.csv"}},{"id":"save","type":"DbSave","params":{"table":"written","mode":"append"}}],
        "edges":[{"from":"l.table","to":"save.table"}]
        """;

    [Fact]
    public async Task Items_SomeFail_AreListedAndRunAgainAlone()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers);
        await host.CreateAsync("loader", Loader);
        string[] files = [.. Enumerable.Range(0, 6).Select(i => $"f{i}.csv")];
        foreach (string file in files.Where((_, i) => i is not (2 or 4)))
        {
            await WriteOneAsync(host, file);
        }

        await host.CreateAsync("batch", Batch("loader", string.Join(',', files.Select(f => $$"""{"file":"{{f}}"}""")), """  "onFailure":"stop","concurrency":1  """));
        Run run = await host.WaitAsync((await host.StartAsync("batch")).RunId);
        Assert.Equal((RunState.Failed, "ITEMS_FAILED"), (run.State, run.Error.Reason));

        FanOut fanOut = (await host.Workflow.Items.GetFanOutAsync(new GetFanOutRequest { RunId = run.RunId, NodeId = "batch" })).FanOut;
        Assert.Equal((6, 2, 1, 3, ItemMode.Threads), (fanOut.TotalCount, fanOut.SucceededCount, fanOut.FailedCount, fanOut.CancelledCount, fanOut.Mode));
        ListItemsResponse failed = await ListAsync(host, run, ItemState.Failed);
        Item broken = Assert.Single(failed.Items);
        Assert.Equal((2, 1, "FILE_NOT_FOUND", Environment.ProcessId), (broken.Index, broken.Attempt, broken.Error.Reason, broken.ProcessId));
        ListItemsResponse first = await host.Workflow.Items.ListItemsAsync(new ListItemsRequest { RunId = run.RunId, NodeId = "batch", PageSize = 4 });
        ListItemsResponse second = await host.Workflow.Items.ListItemsAsync(
            new ListItemsRequest { RunId = run.RunId, NodeId = "batch", PageSize = 4, PageToken = first.NextPageToken });
        Assert.Equal(Enumerable.Range(0, 6), first.Items.Concat(second.Items).Select(i => i.Index));
        Assert.Equal("", second.NextPageToken);

        await WriteOneAsync(host, "f2.csv");
        await WriteOneAsync(host, "f4.csv");
        var again = new RetryItemsRequest { RunId = run.RunId, NodeId = "batch", RequestId = Guid.NewGuid().ToString() };
        Assert.Equal(4, (await host.Workflow.Items.RetryItemsAsync(again)).ItemCount);
        Run ended = await host.WaitAsync(run.RunId);
        Assert.True(ended.State == RunState.Succeeded, $"{ended.Error}");
        ListItemsResponse all = await ListAsync(host, run);
        Assert.Equal([1, 1, 2, 1, 1, 1], all.Items.Select(i => i.Attempt));
        Assert.All(all.Items, i => Assert.Equal(ItemState.Succeeded, i.State));
        ReadStepTableResponse tables = await host.Workflow.Runs.ReadStepTableAsync(new ReadStepTableRequest { RunId = run.RunId, NodeId = "batch", Port = "tables" });
        Assert.Equal(6, tables.TotalRowCount);

        await host.Workflow.Items.RetryItemsAsync(new RetryItemsRequest { RunId = run.RunId, NodeId = "batch", Indexes = { 5 } });
        await host.WaitAsync(run.RunId);
        Assert.Equal([1, 1, 2, 1, 1, 2], (await ListAsync(host, run)).Items.Select(i => i.Attempt));
    }

    [Fact]
    public async Task Items_BadRequests_AreNamedAndOtherProjectsSeeNothing()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers);
        await host.CreateAsync("sleeper", Sleeper);
        await host.CreateAsync("batch", Batch("sleeper", """{"n":1}""", """  "mode":"inline"  """));
        Run run = await host.WaitAsync((await host.StartAsync("batch")).RunId);
        await RefusedAsync("FAN_OUT_NOT_FOUND", () => host.Workflow.Items.GetFanOutAsync(new GetFanOutRequest { RunId = run.RunId, NodeId = "items" }).ResponseAsync);
        await RefusedAsync("ITEM_NOT_FOUND", () => host.Workflow.Items.RetryItemsAsync(new RetryItemsRequest { RunId = run.RunId, NodeId = "batch", Indexes = { 1 } }).ResponseAsync);
        await RefusedAsync("PAGE_SIZE_INVALID", () => host.Workflow.Items.ListItemsAsync(new ListItemsRequest { RunId = run.RunId, NodeId = "batch", PageSize = 1_001 }).ResponseAsync);
        await RefusedAsync("RUN_NOT_FOUND", () => host.Workflow.OtherItems.ListItemsAsync(new ListItemsRequest { RunId = run.RunId, NodeId = "batch" }).ResponseAsync);
    }

    [Fact]
    public async Task Pause_InTheMiddle_KeepsWhatIsDoneAndGoesOn()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, lease: "00:00:12");
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        ItemGate gate = await ItemGate.CloseAsync(host, from: 4, deadline.Token);
        await host.CreateAsync("gated", ItemGate.Workflow);
        await host.CreateAsync("batch", Batch("gated", Numbers(40), """  "concurrency":2  """));
        Run run = await host.StartAsync("batch");
        await WaitForItemsAsync(host, run, f => f.SucceededCount == 4 && f.RunningCount == 2);
        await host.Workflow.Runs.PauseRunAsync(new PauseRunRequest { RunId = run.RunId });
        await WaitForRenewalsAsync(host, run, deadline.Token);
        await gate.DisposeAsync();
        await host.WaitAsync(run.RunId, r => r.State == RunState.Paused);
        FanOut resting = (await host.Workflow.Items.GetFanOutAsync(new GetFanOutRequest { RunId = run.RunId, NodeId = "batch" })).FanOut;
        Assert.Equal(6, resting.SucceededCount);
        Assert.Equal(0, resting.RunningCount);
        await host.Workflow.Runs.ResumeRunAsync(new ResumeRunRequest { RunId = run.RunId });
        Run ended = await host.WaitAsync(run.RunId, r => r.State is RunState.Succeeded or RunState.Failed);
        Assert.True(ended.State == RunState.Succeeded, $"{ended.Error}");
        Assert.All((await ListAsync(host, run)).Items, i => Assert.Equal(1, i.Attempt));
    }

    [Fact]
    public async Task Processes_TwoOfThem_ExecuteAllItemsAndOneThatIsKilledIsReplaced()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(
            fixture.Servers, settings: new Dictionary<string, string?> { ["Runner:MaxItemProcesses"] = "2" }, lease: "00:00:20");
        await WriteOneAsync(host, "one.csv");
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        ItemGate gate = await ItemGate.CloseAsync(host, from: 8, deadline.Token);
        // The gate first, then what Appender does.
        await host.CreateAsync(
            "appender",
            Appender.Replace(
                "\"nodes\":[", """ "nodes":[{"id":"a","type":"DbQuery","params":{"sql":"select data.pass($1::int) as n","arguments":["${inputs.n}"]}},""", StringComparison.Ordinal));
        await host.CreateAsync("batch", Batch("appender", Numbers(40), """  "mode":"processes","concurrency":4  """));
        Run run = await host.StartAsync("batch");
        await WaitForItemsAsync(host, run, f => f.SucceededCount == 8);
        Item one = (await ListAsync(host, run, ItemState.Succeeded)).Items[0];
        using (Process victim = Process.GetProcessById(one.ProcessId))
        {
            victim.Kill();
        }

        await gate.DisposeAsync();
        Run ended = await host.WaitAsync(run.RunId);
        Assert.True(ended.State == RunState.Succeeded, $"{ended.Error}");
        int[] processes = [.. (await ListAsync(host, run)).Items.Select(i => i.ProcessId).Distinct()];
        Assert.Equal(3, processes.Length);
        Assert.DoesNotContain(Environment.ProcessId, processes);
        await using NpgsqlCommand count = host.Workflow.DataSource.CreateCommand("select count(*) from data.written");
        Assert.Equal(40L, await count.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Processes_ItemThatHangs_TimesOutAndOthersGoOn()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, lease: "00:00:20");
        await host.CreateAsync("sleeper", Sleeper.Replace("0.05", "\"${inputs.n}\"", StringComparison.Ordinal));
        await host.CreateAsync("batch", Batch("sleeper", """{"n":0},{"n":3600},{"n":0}""", """  "mode":"processes","onFailure":"continue","itemTimeout":12  """));
        Run run = await host.WaitAsync((await host.StartAsync("batch")).RunId);
        Assert.True(run.State == RunState.Succeeded, $"{run.Error}");
        ListItemsResponse items = await ListAsync(host, run);
        Assert.Equal([ItemState.Succeeded, ItemState.Failed, ItemState.Succeeded], items.Items.Select(i => i.State));
        Assert.Equal("ITEM_TIMEOUT", items.Items[1].Error.Reason);
    }

    [Fact]
    public async Task Remote_TwoRunners_BothExecuteAndResultsKeepTheirOrder()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(
            fixture.Servers, settings: new Dictionary<string, string?> { ["Runner:MaxConcurrentRuns"] = "4" }, lease: "00:00:20");
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        await host.StartRunnerAsync(deadline.Token);
        // Long beside the moment in which one of the Runners may stand still on a crowded machine.
        await host.CreateAsync("sleeper", Sleeper.Replace("\"seconds\":0.05", "\"seconds\":0.75", StringComparison.Ordinal));
        await host.CreateAsync("batch", Batch("sleeper", Numbers(80), """  "mode":"remote","concurrency":40  """));
        Run run = await host.WaitAsync((await host.StartAsync("batch")).RunId);
        Assert.True(run.State == RunState.Succeeded, $"{run.Error}");
        Item[] items = [.. (await ListAsync(host, run)).Items];
        Assert.Equal(80, items.Select(i => i.ChildRunId).Distinct().Count());
        int[] shares = [.. items.GroupBy(i => i.WorkerId).Select(g => g.Count())];
        Assert.Equal(2, shares.Length);
        Assert.All(shares, share => Assert.InRange(share, 24, 56));
        ReadStepTableResponse table = await host.Workflow.Runs.ReadStepTableAsync(new ReadStepTableRequest { RunId = run.RunId, NodeId = "batch", Port = "table" });
        Assert.Equal(80, table.TotalRowCount);
        Assert.Contains("\"n\"", table.Table.ToString(), StringComparison.Ordinal);

        ListRunsResponse top = await host.Workflow.Runs.ListRunsAsync(new ListRunsRequest());
        Assert.Equal(run.RunId, Assert.Single(top.Runs).RunId);
        ListRunsResponse below = await host.Workflow.Runs.ListRunsAsync(new ListRunsRequest { ParentRunId = run.RunId, PageSize = 100 });
        Assert.Equal(80, below.Runs.Count);
        Assert.All(below.Runs, r => Assert.StartsWith("batch[", r.ItemPath, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Auto_ItemsThatWait_GoToThreadsAndTheReasonIsStored()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, lease: "00:00:20");
        await host.CreateAsync("sleeper", Sleeper);
        await host.CreateAsync("batch", Batch("sleeper", Numbers(40), """  "mode":"auto","concurrency":8  """));
        Run run = await host.WaitAsync((await host.StartAsync("batch")).RunId);
        Assert.True(run.State == RunState.Succeeded, $"{run.Error}");
        FanOut fanOut = (await host.Workflow.Items.GetFanOutAsync(new GetFanOutRequest { RunId = run.RunId, NodeId = "batch" })).FanOut;
        Assert.Equal(ItemMode.Threads, fanOut.Mode);
        Assert.Contains("ms each", fanOut.ModeReason, StringComparison.Ordinal);
        Assert.Equal(40, (await ListAsync(host, run)).Items.Count(item => item.State == ItemState.Succeeded));
    }

    [Fact]
    public async Task Remote_ParentPlacedByLabel_ItemsStayWhereTheLabelIs()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(
            fixture.Servers, settings: new Dictionary<string, string?> { ["Runner:MaxConcurrentRuns"] = "4" }, lease: "00:00:20");
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        host.Settings["Runner:Labels:disk"] = "hdd";
        await host.StartRunnerAsync(deadline.Token);
        await host.CreateAsync("sleeper", Sleeper);
        await host.CreateAsync("batch", Batch("sleeper", Numbers(24), """  "mode":"remote","concurrency":24  """));
        var spec = new RunSpec { WorkflowName = "batch", Placement = new RunPlacement { Worker = "nobody", FallbackAfter = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(50)), Labels = { ["disk"] = "ssd" } } };
        Run run = await host.WaitAsync((await host.Workflow.Runs.CreateRunsAsync(new CreateRunsRequest { Runs = { spec } })).Runs[0].RunId);
        Assert.True(run.State == RunState.Succeeded, $"{run.Error}");
        Item[] items = [.. (await ListAsync(host, run)).Items];
        Assert.Equal(24, items.Length);
        Assert.All(items, item => Assert.Equal(run.WorkerId, item.WorkerId));
        Run child = (await host.Workflow.Runs.GetRunAsync(new GetRunRequest { RunId = items[0].ChildRunId })).Run;
        Assert.Equal("""{"labels":{"disk":"ssd"}}""", child.Target);
    }

    [Fact]
    public async Task Remote_NestedOnOneSlot_DoesNotLockItselfUp()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(
            fixture.Servers, settings: new Dictionary<string, string?> { ["Runner:MaxConcurrentRuns"] = "1" }, lease: "00:00:20");
        await host.CreateAsync("sleeper", Sleeper);
        await host.CreateAsync("inner", """  "inputs":[{"name":"n","type":"integer"}],  """ + Batch("sleeper", Numbers(3), """  "mode":"remote"  """));
        await host.CreateAsync("outer", Batch("inner", Numbers(4), """  "mode":"remote"  """));
        Run run = await host.WaitAsync((await host.StartAsync("outer")).RunId);
        Assert.True(run.State == RunState.Succeeded, $"{run.Error}");
        await using NpgsqlCommand count = host.Workflow.DataSource.CreateCommand("select count(*) from workflow.runs where item_path like 'batch[%]/batch[%]' and state = 4");
        Assert.Equal(12L, await count.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Remote_WrongInputs_FailTheirItemAlone()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers);
        await host.CreateAsync("sleeper", Sleeper);
        await host.CreateAsync("batch", Batch("sleeper", """{"n":1},{"n":"x"},{"n":3}""", """  "mode":"remote","onFailure":"continue"  """));
        Run run = await host.WaitAsync((await host.StartAsync("batch")).RunId);
        Assert.True(run.State == RunState.Succeeded, $"{run.Error}");
        ListItemsResponse items = await ListAsync(host, run);
        Assert.Equal([ItemState.Succeeded, ItemState.Failed, ItemState.Succeeded], items.Items.Select(i => i.State));
        Assert.Equal("INPUT_TYPE", items.Items[1].Error.Reason);
    }

    [Fact]
    public async Task Remote_ItemThatHangsOrFails_TimesOutAndIsTriedAgain()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, lease: "00:00:20");
        await host.CreateAsync("sleeper", Sleeper.Replace("0.05", "\"${inputs.n}\"", StringComparison.Ordinal));
        await host.CreateAsync(
            "batch", Batch("sleeper", """{"n":0},{"n":3600}""", """  "mode":"remote","onFailure":"continue","itemTimeout":10,"itemAttempts":2,"itemRetryDelay":0.1  """));
        Run run = await host.WaitAsync((await host.StartAsync("batch")).RunId);
        Assert.True(run.State == RunState.Succeeded, $"{run.Error}");
        ListItemsResponse items = await ListAsync(host, run);
        Assert.Equal([(ItemState.Succeeded, 1), (ItemState.Failed, 2)], items.Items.Select(i => (i.State, i.Attempt)));
        Assert.Equal("ITEM_TIMEOUT", items.Items[1].Error.Reason);
    }

    [Fact]
    public async Task Pause_RemoteParent_RestsItsItemsAndGoesOn()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, settings: new Dictionary<string, string?> { ["Runner:MaxConcurrentRuns"] = "2" }, lease: "00:00:20");
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        ItemGate gate = await ItemGate.CloseAsync(host, from: 0, deadline.Token);
        await host.CreateAsync("gated", ItemGate.Workflow);
        await host.CreateAsync("batch", Batch("gated", Numbers(60), """  "mode":"remote","concurrency":30  """));
        Run run = await host.StartAsync("batch");
        // Both slots are taken by items, the others wait for theirs.
        while (await Groups.GroupRuns.ScalarAsync(host, "select count(*) from workflow.runs where parent_run_id is not null and state = 2", deadline.Token) < 2)
        {
            await Task.Delay(50, deadline.Token);
        }

        await host.Workflow.Runs.PauseRunAsync(new PauseRunRequest { RunId = run.RunId });
        await gate.DisposeAsync();
        await host.WaitAsync(run.RunId, r => r.State == RunState.Paused);
        var paused = new ListRunsRequest { ParentRunId = run.RunId, States = { RunState.Paused }, PageSize = 100 };
        Assert.NotEmpty((await host.Workflow.Runs.ListRunsAsync(paused)).Runs);
        await host.Workflow.Runs.ResumeRunAsync(new ResumeRunRequest { RunId = run.RunId });
        Run ended = await host.WaitAsync(run.RunId, r => r.State is RunState.Succeeded or RunState.Failed);
        Assert.True(ended.State == RunState.Succeeded, $"{ended.Error}");
        Assert.All((await ListAsync(host, run)).Items, i => Assert.Equal(1, i.Attempt));
    }

    [Theory]
    [InlineData(""" "type":"DataPreload" """, "bars", "data")]
    [InlineData(""" "type":"PanelSave","params":{"dataset":"shared"} """, "table", "panel")]
    public async Task BarsByReference_OtherProcessesAndRunners_GiveWhatThreadsGive(string node, string input, string output)
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, lease: "00:00:20");
        string folder = Directory.CreateDirectory(Path.Combine(host.Workflow.DataRoot, "files", "default")).FullName;
        var csv = new StringBuilder("symbol,date,open,high,low,close,volume,amount\n");
        var first = new DateOnly(2024, 1, 2);
        for (int day = 0; day < 300; day++)
        {
            decimal price = 10 + (decimal)Math.Round(2 * Math.Sin(day / 9.0), 2);
            csv.Append(CultureInfo.InvariantCulture, $"600000.SH,{first.AddDays(day):yyyy-MM-dd},{price},{price + 0.1m},{price - 0.1m},{price},100000,1000000\n");
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "bars.csv"), csv.ToString());
        await host.CreateAsync(
            "backtest",
            """
            "inputs":[{"name":"data","type":"object"},{"name":"slow","type":"integer"}],"outputs":[{"name":"metrics","from":"b.metrics"},{"name":"equity","from":"b.equity"}],
            "nodes":[{"id":"b","type":"Backtest","params":{"strategy":"sma_cross","parameters":{"fast":3,"slow":"${inputs.slow}"},"data":"${inputs.data}","cash":"1000000"}}]
            """);
        var tables = new List<string>();
        foreach (string mode in new[] { "threads", "processes", "remote" })
        {
            await host.CreateAsync(
                mode,
                $$$"""
                "nodes":[{"id":"l","type":"CsvLoader","params":{"path":"bars.csv"}},{"id":"p",{{{node}}}},{"id":"items","type":"JsonMap","params":{"value":[{"slow":10},{"slow":20},{"slow":30}]}},
                  {"id":"batch","type":"BatchScheduler","params":{"workflow":"backtest","params":{"data":"${nodes.p.{{{output}}}}","slow":"${item.slow}"},"mode":"{{{mode}}}","concurrency":2}}],
                "edges":[{"from":"l.table","to":"p.{{{input}}}"},{"from":"items.value","to":"batch.items"}]
                """);
            Run run = await host.WaitAsync((await host.StartAsync(mode)).RunId);
            Assert.True(run.State == RunState.Succeeded, $"{run.Error}");
            foreach (string port in new[] { "table", "tables" })
            {
                tables.Add((await host.Workflow.Runs.ReadStepTableAsync(new ReadStepTableRequest { RunId = run.RunId, NodeId = "batch", Port = port })).Table.ToString());
            }
        }

        Assert.Equal([tables[0], tables[1], tables[0], tables[1]], tables[2..]);
        // Each combination is one trial of the project, wherever and however often it ran.
        await using NpgsqlCommand count = host.Workflow.DataSource.CreateCommand("select count(*) from data.eq_trials where family = 'sma_cross'");
        Assert.Equal(3L, await count.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Cancel_RemoteParent_CancelsItsItems()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, settings: new Dictionary<string, string?> { ["Runner:MaxConcurrentRuns"] = "2" }, lease: "00:00:20");
        await host.CreateAsync("sleeper", Sleeper.Replace("0.05", "3600", StringComparison.Ordinal));
        await host.CreateAsync("batch", Batch("sleeper", Numbers(5), """  "mode":"remote","concurrency":5  """));
        Run run = await host.StartAsync("batch");
        await WaitForItemsAsync(host, run, f => f.RunningCount == 5);
        await host.Workflow.Runs.CancelRunAsync(new CancelRunRequest { RunId = run.RunId, Cause = "enough" });
        Assert.Equal(RunState.Cancelled, (await host.WaitAsync(run.RunId)).State);
        foreach (Run child in (await host.Workflow.Runs.ListRunsAsync(new ListRunsRequest { ParentRunId = run.RunId })).Runs)
        {
            Assert.Equal(RunState.Cancelled, (await host.WaitAsync(child.RunId)).State);
        }
    }

    [Theory]
    [InlineData("threads", "runner.items.before:exit137:2")]
    [InlineData("threads", "db-save.after-commit:exit137:7")]
    [InlineData("remote", "runner.items.start:exit137:2")]
    [InlineData("remote", "db-save.after-commit:exit137:7")]
    public async Task Kill_InTheMiddle_EveryItemWritesOnce(string mode, string failpoint)
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, withRunner: false);
        await WriteOneAsync(host, "one.csv");
        using Process doomed = RunnerProcess.Start(host, failpoint);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        await host.WaitForCatalogueAsync(deadline.Token);
        await host.CreateAsync("appender", Appender);
        await host.CreateAsync("batch", Batch("appender", Numbers(30), $$"""  "mode":"{{mode}}","concurrency":3  """));
        Run run = await host.StartAsync("batch");
        await DeathAsync(host, doomed, run, deadline.Token);
        await host.StartRunnerAsync(deadline.Token);
        Run ended = await host.WaitAsync(run.RunId);
        Assert.True(ended.State == RunState.Succeeded, $"{ended.Error}");
        await using NpgsqlCommand count = host.Workflow.DataSource.CreateCommand("select count(*) from data.written");
        Assert.Equal(30L, await count.ExecuteScalarAsync(deadline.Token));
        Assert.All((await ListAsync(host, run)).Items, i => Assert.Equal(ItemState.Succeeded, i.State));
    }

    // A Runner that does not die is killed: it would outlive the tests, and their servers wait for it.
    private static async Task DeathAsync(RunnerHost host, Process doomed, Run run, CancellationToken cancellationToken)
    {
        try
        {
            while (!doomed.HasExited)
            {
                Run now = (await host.Workflow.Runs.GetRunAsync(new GetRunRequest { RunId = run.RunId }, cancellationToken: cancellationToken)).Run;
                Assert.True(now.State is RunState.Queued or RunState.Running, $"The run ended before the failpoint: {now}");
                await Task.Delay(50, cancellationToken);
            }

            await doomed.WaitForExitAsync(cancellationToken);
            Assert.Equal(137, doomed.ExitCode);
        }
        catch (OperationCanceledException)
        {
            Run now = (await host.Workflow.Runs.GetRunAsync(new GetRunRequest { RunId = run.RunId }, cancellationToken: CancellationToken.None)).Run;
            Assert.Fail($"The failpoint was not met: {now}, items {await ListAsync(host, run)}");
        }
        finally
        {
            doomed.Kill();
        }
    }

    [Fact]
    public async Task Kill_BetweenAttemptsOfRemoteItem_KeepsTheBoundOfAttempts()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, withRunner: false);
        using Process doomed = RunnerProcess.Start(host, "runner.items.start:exit137:2");
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        await host.WaitForCatalogueAsync(deadline.Token);
        await host.CreateAsync("loader", Loader);
        await host.CreateAsync("batch", Batch("loader", """{"file":"missing.csv"}""", """  "mode":"remote","onFailure":"continue","itemAttempts":2,"itemRetryDelay":0.1  """));
        Run run = await host.StartAsync("batch");
        await doomed.WaitForExitAsync(deadline.Token);
        Assert.Equal(137, doomed.ExitCode);
        await host.StartRunnerAsync(deadline.Token);
        Run ended = await host.WaitAsync(run.RunId);
        Assert.True(ended.State == RunState.Succeeded, $"{ended.Error}");
        Item item = Assert.Single((await ListAsync(host, run)).Items);
        Assert.Equal((ItemState.Failed, "FILE_NOT_FOUND", 2), (item.State, item.Error.Reason, item.Attempt));
    }

    internal static async Task WriteOneAsync(RunnerHost host, string file)
    {
        string folder = Directory.CreateDirectory(Path.Combine(host.Workflow.DataRoot, "files", "default")).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(folder, file), "symbol,date,open,high,low,close,volume,amount\n600000.SH,2026-01-05,10,11,9,10.5,1000,10500\n", Encoding.UTF8);
    }

    internal static string Numbers(int count) =>
        string.Join(',', Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $$"""{"n":{{i}}}""")));

    internal static string Batch(string target, string items, string extra) =>
        $$$"""
        "nodes":[{"id":"items","type":"JsonMap","params":{"value":[{{{items}}}]}},{"id":"batch","type":"BatchScheduler","params":{"workflow":"{{{target}}}",{{{extra}}} }}],
        "edges":[{"from":"items.value","to":"batch.items"}]
        """;

    internal static async Task<ListItemsResponse> ListAsync(RunnerHost host, Run run, params ItemState[] states)
    {
        var request = new ListItemsRequest { RunId = run.RunId, NodeId = "batch", PageSize = 1_000 };
        request.States.Add(states);
        return await host.Workflow.Items.ListItemsAsync(request);
    }

    /// <summary>Waits until the Runner of a run has heard what is asked of the run: it hears it when it renews its lease, and has acted on it when it does so again.</summary>
    internal static async Task WaitForRenewalsAsync(RunnerHost host, Run run, CancellationToken cancellationToken)
    {
        string sql = $"select (extract(epoch from lease_until) * 1000000)::bigint from workflow.runs where run_id = '{run.RunId}'";
        for (int i = 0; i < 2; i++)
        {
            long before = await Groups.GroupRuns.ScalarAsync(host, sql, cancellationToken);
            while (await Groups.GroupRuns.ScalarAsync(host, sql, cancellationToken) <= before)
            {
                await Task.Delay(50, cancellationToken);
            }
        }
    }

    internal static async Task WaitForItemsAsync(RunnerHost host, Run run, Func<FanOut, bool> isReached)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        while (true)
        {
            try
            {
                if (isReached((await host.Workflow.Items.GetFanOutAsync(new GetFanOutRequest { RunId = run.RunId, NodeId = "batch" })).FanOut))
                {
                    return;
                }
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
            {
                // The step has not started.
            }

            await Task.Delay(20, deadline.Token);
        }
    }

    private static async Task RefusedAsync(string reason, Func<Task> call)
    {
        RpcException e = await Assert.ThrowsAsync<RpcException>(call);
        Assert.True(ServiceDefaults.Errors.RpcError.TryRead(e, out ServiceDefaults.Errors.RpcError? error));
        Assert.Equal(reason, error!.Reason);
    }
}

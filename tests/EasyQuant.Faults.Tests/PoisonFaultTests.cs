using System.Globalization;
using System.Text;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.EndToEnd;
using EasyQuant.Faults.Harness;

namespace EasyQuant.Faults;

/// <summary>Items that would take their process with them; the numbers are those of the fault table.</summary>
[Collection(BedCollection.Name)]
[Trait(BedCollection.Suite, BedCollection.Bed)]
public sealed class PoisonFaultTests(FaultBed bed) : IClassFixture<NarrowRunners>, IAsyncLifetime
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(4);
    private static readonly string s_file = string.Create(CultureInfo.InvariantCulture, $"list-{LoadSize.Small.ItemCount}.csv");

    public Task InitializeAsync() => bed.BeginAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>F39: one item stands still and obeys nobody, another wants more memory than there is; their child processes end, the Runners and the other items do not.</summary>
    [Fact]
    [Trait("Fault", "F39")]
    public async Task Items_StandingStillOrTooLarge_EndWithTheirChildProcessesAlone()
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        await bed.WaitReadyAsync(deadline.Token);
        await WriteGreedyAsync(deadline.Token);
        int[] before = [.. bed.Runners.Select(runner => runner.Id)];
        const string Body =
            """
            "inputs":[{"name":"seconds","type":"number"},{"name":"path","type":"string"}],
            "nodes":[{"id":"wait","type":"Delay","params":{"seconds":"${inputs.seconds}"}},{"id":"load","type":"CsvLoader","params":{"path":"${inputs.path}"}}]
            """;
        Run run = await StartAsync(Body, [Item(0, s_file), Item(3600, s_file), Item(0, "greedy.csv"), Item(0, s_file)], 60, deadline.Token);
        ListItemsResponse items = await WaitForItemsAsync(run, 3, deadline.Token);
        Assert.Equal([ItemState.Succeeded, ItemState.Failed, ItemState.Succeeded], items.Items.Where(item => item.Index != 1).Select(item => item.State));
        Assert.Equal("ITEM_OUT_OF_MEMORY", items.Items.Single(item => item.Index == 2).Error.Reason);
        // Whatever child process is left stands still from now on, the one of the waiting item among them.
        foreach (int child in bed.Runners.SelectMany(runner => Signals.Family(runner.Id).Where(id => id != runner.Id)))
        {
            Signals.Stop(child);
        }

        items = await WaitForItemsAsync(run, 4, deadline.Token);
        // It gives no sign of life for longer than it may, or its time is over: whichever comes first.
        Assert.Contains(items.Items.Single(item => item.Index == 1).Error.Reason, new[] { "ITEM_PROCESS_DIED", "ITEM_TIMEOUT" });
        await EndAsync(run, before, deadline.Token);
    }

    /// <summary>F39: the code of one item is in a loop without end; its child process lives and says so, until the time of the item is over.</summary>
    [Fact]
    [Trait("Fault", "F39")]
    public async Task Item_NeverComingBack_EndsInTimeWithItsChildProcessAlone()
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        await bed.WaitReadyAsync(deadline.Token);
        int[] before = [.. bed.Runners.Select(runner => runner.Id)];
        // Saving is where a child process of these Runners never comes back.
        const string Body =
            """
            "inputs":[{"name":"saves","type":"boolean"},{"name":"path","type":"string"}],
            "nodes":[{"id":"load","type":"CsvLoader","params":{"path":"${inputs.path}"}},{"id":"choose","type":"Branch","params":{"left":"${inputs.saves}","operator":"isTrue"}},
              {"id":"save","type":"DbSave","params":{"table":"fault_never","mode":"append"}}],
            "edges":[{"from":"load.table","to":"choose.table"},{"from":"choose.trueTable","to":"save.table"}]
            """;
        Run run = await StartAsync(Body, [Saving("false"), Saving("true"), Saving("false"), Saving("false")], 4, deadline.Token);
        ListItemsResponse items = await WaitForItemsAsync(run, 4, deadline.Token);
        Assert.Equal([ItemState.Succeeded, ItemState.Failed, ItemState.Succeeded, ItemState.Succeeded], items.Items.Select(item => item.State));
        Assert.Equal("ITEM_TIMEOUT", items.Items[1].Error.Reason);
        await EndAsync(run, before, deadline.Token);
        Assert.DoesNotContain(items.Items[1].ProcessId, bed.Runners.SelectMany(runner => Signals.Family(runner.Id)));
    }

    private static string Saving(string saves) => $$"""{"saves":{{saves}},"path":"{{s_file}}"}""";

    // A batch in child processes.
    private async Task<Run> StartAsync(string body, string[] items, int seconds, CancellationToken cancellationToken)
    {
        string tag = Guid.NewGuid().ToString("N")[..8];
        await LoadDefinitions.StoreAsync(bed, $"fault-poison-{tag}", body, cancellationToken);
        await LoadDefinitions.StoreAsync(
            bed,
            $"fault-poisoned-{tag}",
            string.Create(
                CultureInfo.InvariantCulture,
                $$$"""
                "nodes":[{"id":"items","type":"JsonMap","params":{"value":[{{{string.Join(',', items)}}}]}},
                  {"id":"batch","type":"BatchScheduler","params":{"workflow":"fault-poison-{{{tag}}}","mode":"processes","concurrency":3,"onFailure":"continue","itemTimeout":{{{seconds}}}}}],
                "edges":[{"from":"items.value","to":"batch.items"}]
                """),
            cancellationToken);
        var spec = new RunSpec { WorkflowName = $"fault-poisoned-{tag}", RequestId = Guid.NewGuid().ToString() };
        return (await bed.Runs.CreateRunsAsync(new CreateRunsRequest { Runs = { spec } }, cancellationToken: cancellationToken)).Runs[0];
    }

    // The batch succeeds without its bad items, and the Runners are those from before.
    private async Task EndAsync(Run run, int[] before, CancellationToken cancellationToken)
    {
        Run ended = run;
        await Poll.UntilAsync("the end of the batch", async () =>
        {
            ended = (await bed.Runs.GetRunAsync(new GetRunRequest { RunId = run.RunId }, cancellationToken: cancellationToken)).Run;
            return (ended.State is RunState.Failed or RunState.Succeeded, $"{ended.State}\n{bed.Story()}");
        }, cancellationToken);
        Assert.True(ended.State == RunState.Succeeded, $"{ended.Error}\n{bed.Story()}");
        Assert.Equal(0, ended.CrashCount);
        Assert.Equal(before, bed.Runners.Select(runner => runner.Id));
        bed.EndWell();
    }

    private static string Item(int seconds, string path) => $$"""{"seconds":{{seconds}},"path":"{{path}}"}""";

    private async Task<ListItemsResponse> WaitForItemsAsync(Run run, int count, CancellationToken cancellationToken)
    {
        var request = new ListItemsRequest { RunId = run.RunId, NodeId = "batch", PageSize = 100, States = { ItemState.Succeeded, ItemState.Failed } };
        ListItemsResponse items = new();
        await Poll.UntilAsync($"{count} ended items", async () =>
        {
            // A batch that has not begun has no list.
            items = await bed.ScalarAsync<long>($"select count(*) from workflow.fan_outs where run_id = '{run.RunId}'", cancellationToken) == 0
                ? items
                : await bed.Items.ListItemsAsync(request, cancellationToken: cancellationToken);
            return (items.Items.Count >= count, $"{items}\n{bed.Story()}");
        }, cancellationToken);
        return items;
    }

    // Some 60 MB of text, which are more as a table.
    private async Task WriteGreedyAsync(CancellationToken cancellationToken)
    {
        string path = Path.Combine(bed.Files, "greedy.csv");
        if (File.Exists(path))
        {
            return;
        }

        var rows = new StringBuilder();
        for (int i = 0; i < 10_000; i++)
        {
            rows.Append("600000.SH,2026-01-05,10.25,11.5,9.75,10.5,123456789,1234567890.25\n");
        }

        byte[] block = Encoding.ASCII.GetBytes(rows.ToString());
        await using FileStream file = File.Create(path);
        await file.WriteAsync("symbol,date,open,high,low,close,volume,amount\n"u8.ToArray(), cancellationToken);
        for (int i = 0; i < 100; i++)
        {
            await file.WriteAsync(block, cancellationToken);
        }
    }
}

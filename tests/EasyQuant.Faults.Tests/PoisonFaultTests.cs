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
        string tag = Guid.NewGuid().ToString("N")[..8];
        string file = string.Create(CultureInfo.InvariantCulture, $"list-{LoadSize.Small.ItemCount}.csv");
        await LoadDefinitions.StoreAsync(
            bed,
            $"fault-poison-{tag}",
            """
            "inputs":[{"name":"seconds","type":"number"},{"name":"path","type":"string"}],
            "nodes":[{"id":"wait","type":"Delay","params":{"seconds":"${inputs.seconds}"}},{"id":"load","type":"CsvLoader","params":{"path":"${inputs.path}"}}]
            """,
            deadline.Token);
        await LoadDefinitions.StoreAsync(
            bed,
            $"fault-poisoned-{tag}",
            $$$"""
            "nodes":[{"id":"items","type":"JsonMap","params":{"value":[{{{Item(0, file)}}},{{{Item(3600, file)}}},{{{Item(0, "greedy.csv")}}},{{{Item(0, file)}}}]}},
              {"id":"batch","type":"BatchScheduler","params":{"workflow":"fault-poison-{{{tag}}}","mode":"processes","concurrency":3,"onFailure":"continue","itemTimeout":60}}],
            "edges":[{"from":"items.value","to":"batch.items"}]
            """,
            deadline.Token);
        int[] before = [.. bed.Runners.Select(runner => runner.Id)];
        Run run = (await bed.Runs.CreateRunsAsync(
            new CreateRunsRequest { Runs = { new RunSpec { WorkflowName = $"fault-poisoned-{tag}", RequestId = Guid.NewGuid().ToString() } } }, cancellationToken: deadline.Token)).Runs[0];
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
        Run ended = run;
        await Poll.UntilAsync("the end of the batch", async () =>
        {
            ended = (await bed.Runs.GetRunAsync(new GetRunRequest { RunId = run.RunId }, cancellationToken: deadline.Token)).Run;
            return (ended.State is RunState.Failed or RunState.Succeeded, $"{ended.State}\n{bed.Story()}");
        }, deadline.Token);
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

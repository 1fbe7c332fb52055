using EasyQuant.Contracts.Run.V1;
using EasyQuant.Testing;
using static EasyQuant.Services.Tests.Runner.FanOutTests;

namespace EasyQuant.Services.Tests.Runner;

/// <summary>Items of an ended fan-out that run again, wherever they are executed.</summary>
public sealed class FanOutRetryTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    [Theory]
    [InlineData("inline")]
    [InlineData("threads")]
    [InlineData("processes")]
    [InlineData("remote")]
    public async Task Items_FailedOrNamed_RunAgainAloneInTheirMode(string mode)
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers);
        await host.CreateAsync("loader", Loader);
        string[] files = [.. Enumerable.Range(0, 4).Select(i => $"f{i}.csv")];
        foreach (string file in files.Where((_, i) => i != 2))
        {
            await WriteOneAsync(host, file);
        }

        string items = string.Join(',', files.Select(file => $$"""{"file":"{{file}}"}"""));
        await host.CreateAsync("batch", Batch("loader", items, $$"""  "onFailure":"continue","concurrency":2,"mode":"{{mode}}"  """));
        Run run = await EndAsync(host, (await host.StartAsync("batch")).RunId);
        Assert.Equal((ItemState.Failed, "FILE_NOT_FOUND"), ((await ListAsync(host, run)).Items[2].State, (await ListAsync(host, run)).Items[2].Error.Reason));

        await WriteOneAsync(host, "f2.csv");
        Assert.Equal(1, (await host.Workflow.Items.RetryItemsAsync(new RetryItemsRequest { RunId = run.RunId, NodeId = "batch" })).ItemCount);
        await EndAsync(host, run.RunId);
        await AssertAsync(host, run, mode, 1, 1, 2, 1);
        await host.Workflow.Items.RetryItemsAsync(new RetryItemsRequest { RunId = run.RunId, NodeId = "batch", Indexes = { 0 } });
        await EndAsync(host, run.RunId);
        await AssertAsync(host, run, mode, 2, 1, 2, 1);
    }

    private static async Task<Run> EndAsync(RunnerHost host, string runId)
    {
        Run ended = await host.WaitAsync(runId);
        Assert.True(ended.State == RunState.Succeeded, $"{ended.Error}");
        return ended;
    }

    private static async Task AssertAsync(RunnerHost host, Run run, string mode, params int[] attempts)
    {
        ListItemsResponse all = await ListAsync(host, run);
        Assert.Equal(attempts, all.Items.Select(item => item.Attempt));
        Assert.All(all.Items, item => Assert.Equal(ItemState.Succeeded, item.State));
        // An item that a Runner took from the work queue is a run of its own.
        Assert.All(all.Items, item => Assert.Equal(mode is "inline" or "threads", item.ProcessId == Environment.ProcessId));
        Assert.All(all.Items, item => Assert.Equal(mode == "remote", item.ProcessId == 0));
        FanOut fanOut = (await host.Workflow.Items.GetFanOutAsync(new GetFanOutRequest { RunId = run.RunId, NodeId = "batch" })).FanOut;
        Assert.Equal((4, 4, mode), (fanOut.TotalCount, fanOut.SucceededCount, fanOut.Mode.ToString().ToLowerInvariant()));
        ReadStepTableResponse tables = await host.Workflow.Runs.ReadStepTableAsync(new ReadStepTableRequest { RunId = run.RunId, NodeId = "batch", Port = "tables" });
        Assert.Equal(4, tables.TotalRowCount);
    }
}

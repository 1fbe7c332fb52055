using System.Diagnostics;
using System.Globalization;
using EasyQuant.Bench.Runs;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Workflow.V1;
using EasyQuant.Data;
using Google.Protobuf;
using Grpc.Net.Client;

namespace EasyQuant.Bench.Fanout;

/// <summary>Stores workflows and runs fan-outs of them.</summary>
internal sealed class FanoutClient(GrpcChannel channel, RunsPlatform platform)
{
    private readonly RunService.RunServiceClient _runs = new(channel);
    private readonly WorkflowService.WorkflowServiceClient _workflows = new(channel);
    private int _count;

    public async Task WaitForNodesAsync(CancellationToken cancellationToken)
    {
        var nodes = new NodeService.NodeServiceClient(channel);
        while (!(await nodes.ListNodeDefinitionsAsync(new ListNodeDefinitionsRequest(), platform.Headers, cancellationToken: cancellationToken))
            .Nodes.Any(node => node.Type == "BatchScheduler"))
        {
            await Task.Delay(200, cancellationToken);
        }
    }

    public async Task CreateAsync(string name, string body, CancellationToken cancellationToken) => await _workflows.CreateWorkflowAsync(
        new CreateWorkflowRequest
        {
            Definition = JsonParser.Default.Parse<WorkflowDefinition>($$"""{"schema":"easyquant/workflow/1","name":"{{name}}",{{body}}}"""),
        },
        platform.Headers,
        cancellationToken: cancellationToken);

    /// <summary>Runs a workflow for each of a count of items and returns the seconds of the step that fans out.</summary>
    public async Task<double> MeasureAsync(string target, string mode, int count, int concurrency, CancellationToken cancellationToken) =>
        (await MeasureOnAsync(target, mode, count, concurrency, cancellationToken)).Seconds;

    /// <summary>The same, with the Runner that held the run.</summary>
    public async Task<(string WorkerId, double Seconds)> MeasureOnAsync(string target, string mode, int count, int concurrency, CancellationToken cancellationToken)
    {
        string items = string.Join(',', Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $$"""{"n":{{i}}}""")));
        string source = $$$$"""{"id":"items","type":"JsonMap","params":{"value":[{{{{items}}}}]}}""";
        (Run run, double seconds) = await MeasureAsync(source, "items.value", "batch.items", target, mode, concurrency, cancellationToken);
        return (run.WorkerId, seconds);
    }

    /// <summary>The same for the rows of a table in a file.</summary>
    public async Task<(string RunId, double Seconds)> MeasureRowsAsync(string target, string mode, int count, int concurrency, CancellationToken cancellationToken)
    {
        string file = string.Create(CultureInfo.InvariantCulture, $"items-{count}.arrow");
        string folder = Directory.CreateDirectory(Path.Combine(platform.DataRoot, "files", "default")).FullName;
        using (FileStream stream = File.Create(Path.Combine(folder, file)))
        {
            ArrowFile.Write(new Table([Int64Column.Create("n", Enumerable.Range(0, count).Select(i => (long)i).ToArray())]), stream, cancellationToken);
        }

        string source = $$$"""{"id":"items","type":"TableLoader","params":{"path":"{{{file}}}"}}""";
        (Run run, double seconds) = await MeasureAsync(source, "items.table", "batch.rows", target, mode, concurrency, cancellationToken);
        return (run.RunId, seconds);
    }

    /// <summary>Milliseconds of a page of 200 items: the first, the last, and the last of those that succeeded; each the best of three.</summary>
    public async Task<(double First, double Last, double Filtered)> MeasurePagesAsync(string runId, CancellationToken cancellationToken)
    {
        var items = new ItemService.ItemServiceClient(channel);
        var request = new ListItemsRequest { RunId = runId, NodeId = "batch", PageSize = 200 };
        double first = await PageAsync(items, request, cancellationToken);
        ListItemsRequest last = await LastAsync(items, request, cancellationToken);
        ListItemsRequest filtered = await LastAsync(items, new ListItemsRequest(request) { States = { ItemState.Succeeded } }, cancellationToken);
        return (first, await PageAsync(items, last, cancellationToken), await PageAsync(items, filtered, cancellationToken));
    }

    private async Task<double> PageAsync(ItemService.ItemServiceClient items, ListItemsRequest request, CancellationToken cancellationToken)
    {
        double best = double.MaxValue;
        for (int round = 0; round < 3; round++)
        {
            long start = Stopwatch.GetTimestamp();
            await items.ListItemsAsync(request, platform.Headers, cancellationToken: cancellationToken);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return best;
    }

    private async Task<ListItemsRequest> LastAsync(ItemService.ItemServiceClient items, ListItemsRequest request, CancellationToken cancellationToken)
    {
        while (true)
        {
            string next = (await items.ListItemsAsync(request, platform.Headers, cancellationToken: cancellationToken)).NextPageToken;
            if (next.Length == 0)
            {
                return request;
            }

            request = new ListItemsRequest(request) { PageToken = next };
        }
    }

    private async Task<(Run Run, double Seconds)> MeasureAsync(
        string source, string from, string to, string target, string mode, int concurrency, CancellationToken cancellationToken)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"fan-{++_count}");
        await CreateAsync(
            name,
            $$$"""
            "nodes":[{{{source}}},
                {"id":"batch","type":"BatchScheduler","params":{"workflow":"{{{target}}}","mode":"{{{mode}}}","concurrency":{{{concurrency}}} }}],
            "edges":[{"from":"{{{from}}}","to":"{{{to}}}"}]
            """,
            cancellationToken);
        var request = new CreateRunsRequest { Runs = { new RunSpec { RequestId = Guid.CreateVersion7().ToString(), WorkflowName = name } } };
        string runId = (await _runs.CreateRunsAsync(request, platform.Headers, cancellationToken: cancellationToken)).Runs[0].RunId;
        while (true)
        {
            platform.ThrowIfEnded();
            Run run = (await _runs.GetRunAsync(new GetRunRequest { RunId = runId }, platform.Headers, cancellationToken: cancellationToken)).Run;
            if (run.State == RunState.Succeeded)
            {
                ListStepsResponse steps = await _runs.ListStepsAsync(new ListStepsRequest { RunId = runId }, platform.Headers, cancellationToken: cancellationToken);
                return (run, steps.Steps.Single(step => step.NodeId == "batch").Metrics.Elapsed.ToTimeSpan().TotalSeconds);
            }

            if (run.State is RunState.Failed or RunState.Cancelled)
            {
                throw new InvalidOperationException($"The fan-out {name} of {target}/{mode} ended as {run.State}: {run.Error}");
            }

            await Task.Delay(100, cancellationToken);
        }
    }
}

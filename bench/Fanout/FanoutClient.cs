using System.Globalization;
using EasyQuant.Bench.Runs;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Workflow.V1;
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
    public async Task<double> MeasureAsync(string target, string mode, int count, int concurrency, CancellationToken cancellationToken)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"fan-{++_count}");
        string items = string.Join(',', Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $$"""{"n":{{i}}}""")));
        await CreateAsync(
            name,
            $$$"""
            "nodes":[{"id":"items","type":"JsonMap","params":{"value":[{{{items}}}]}},
                {"id":"batch","type":"BatchScheduler","params":{"workflow":"{{{target}}}","mode":"{{{mode}}}","concurrency":{{{concurrency}}} }}],
            "edges":[{"from":"items.value","to":"batch.items"}]
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
                return steps.Steps.Single(step => step.NodeId == "batch").Metrics.Elapsed.ToTimeSpan().TotalSeconds;
            }

            if (run.State is RunState.Failed or RunState.Cancelled)
            {
                throw new InvalidOperationException($"The fan-out {target}/{mode} ended as {run.State}: {run.Error}");
            }

            await Task.Delay(100, cancellationToken);
        }
    }
}

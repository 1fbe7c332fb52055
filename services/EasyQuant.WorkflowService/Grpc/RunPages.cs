using System.Globalization;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Persistence.Paging;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.WorkflowService.Definitions;
using EasyQuant.WorkflowService.Storage.Runs;
using Microsoft.Extensions.Options;

namespace EasyQuant.WorkflowService.Grpc;

/// <summary>Answers lists of runs, steps and events page by page. Thread-safe.</summary>
internal sealed class RunPages(RunReader reader, IOptions<WorkflowServiceOptions> options)
{
    public async Task<ListRunsResponse> ListRunsAsync(string project, ListRunsRequest request, CancellationToken cancellationToken)
    {
        int size = Requests.PageSize(request.PageSize, 50, 500);
        var filter = new RunFilter(
            [.. request.States.Where(state => state != RunState.Unspecified).Distinct().Order()],
            request.WorkflowName,
            request.JobName,
            request.StartTime?.ToDateTimeOffset(),
            request.EndTime?.ToDateTimeOffset())
        {
            ParentRunId = request.ParentRunId.Length > 0 ? Requests.RunId(request.ParentRunId) : null,
        };
        if (filter.States.FirstOrDefault(state => !Enum.IsDefined(state)) is not RunState.Unspecified and var unknown)
        {
            throw RpcError.Invalid("STATE_INVALID", "states", $"There is no state {(int)unknown}.");
        }

        string scope = $"runs/{project}/{filter.WorkflowName}/{filter.JobName}/{string.Join(',', filter.States)}/{request.StartTime}/{request.EndTime}/{filter.ParentRunId}";
        RunPosition? after = Requests.Token(request.PageToken, scope, 2) is { } token
            ? new RunPosition(new DateTimeOffset(long.Parse(token[0], CultureInfo.InvariantCulture), TimeSpan.Zero), Guid.Parse(token[1]))
            : null;
        List<RunRow> page = await reader.ListAsync(project, filter, after, size + 1, cancellationToken);
        var answer = new ListRunsResponse();
        answer.Runs.AddRange(page.Take(size).Select(run => run.ToRun(options.Value.DashboardUrl, withValues: false)));
        if (page.Count > size)
        {
            RunRow last = page[size - 1];
            answer.NextPageToken = PageToken.Write(scope, last.CreateTime.Ticks.ToString(CultureInfo.InvariantCulture), last.RunId.ToString());
        }

        return answer;
    }

    /// <summary>Lists steps in topological order; those without a report are pending.</summary>
    public async Task<ListStepsResponse> ListStepsAsync(
        RunRow run, NodeDependencies dependencies, ListStepsRequest request, CancellationToken cancellationToken)
    {
        int size = Requests.PageSize(request.PageSize, 200, 1_000);
        string scope = $"steps/{run.ProjectId}/{run.RunId}";
        int first = Requests.Token(request.PageToken, scope, 1) is { } token ? int.Parse(token[0], CultureInfo.InvariantCulture) : 0;
        Dictionary<string, Step> reported = await reader.ReadStepsAsync(run.RunId, cancellationToken);
        List<string> nodes = NodesOf(run, dependencies);
        var answer = new ListStepsResponse();
        for (int position = first; position < nodes.Count && position < first + size; position++)
        {
            answer.Steps.Add(Complete(run, dependencies, reported.GetValueOrDefault(nodes[position]), nodes[position], position));
        }

        answer.NextPageToken = first + size < nodes.Count
            ? PageToken.Write(scope, (first + size).ToString(CultureInfo.InvariantCulture))
            : "";
        return answer;
    }

    /// <summary>Returns one step of a node that the run has.</summary>
    public async Task<Step> StepAsync(RunRow run, NodeDependencies dependencies, string nodeId, CancellationToken cancellationToken) =>
        Complete(run, dependencies, await reader.FindStepAsync(run.RunId, nodeId, cancellationToken), nodeId, NodesOf(run, dependencies).IndexOf(nodeId));

    public async Task<ListRunEventsResponse> ListEventsAsync(RunRow run, ListRunEventsRequest request, CancellationToken cancellationToken)
    {
        int size = Requests.PageSize(request.PageSize, 200, 1_000);
        string scope = $"events/{run.ProjectId}/{run.RunId}";
        long after = Requests.Token(request.PageToken, scope, 1) is { } token ? long.Parse(token[0], CultureInfo.InvariantCulture) : 0;
        List<RunEvent> page = await reader.ReadEventsAsync(run.RunId, after, size + 1, cancellationToken);
        var answer = new ListRunEventsResponse();
        answer.Events.AddRange(page.Take(size));
        answer.NextPageToken = page.Count > size
            ? PageToken.Write(scope, page[size - 1].Sequence.ToString(CultureInfo.InvariantCulture))
            : "";
        return answer;
    }

    private static List<string> NodesOf(RunRow run, NodeDependencies dependencies) =>
        run.OnlyNodeId.Length > 0 ? [run.OnlyNodeId] : [.. dependencies.Order.Select(index => dependencies.NodeIds[index])];

    private static Step Complete(RunRow run, NodeDependencies dependencies, Step? reported, string nodeId, int position)
    {
        Step step = reported ?? new Step { NodeId = nodeId, NodeType = dependencies.TypeOf(nodeId), State = StepState.Pending };
        step.Position = position;
        step.CancelRequested = !run.HasEnded && step.State is (StepState.Pending or StepState.Running) && run.StepCancelOf(nodeId) is not null;
        return step;
    }
}

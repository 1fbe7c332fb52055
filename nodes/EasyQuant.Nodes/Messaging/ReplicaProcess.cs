using System.Globalization;
using System.Text.Json.Nodes;
using EasyQuant.Flow;
using EasyQuant.Persistence;

namespace EasyQuant.Nodes.Messaging;

/// <summary>A replica whose chain executes in a child process: hands it over, passes its reports on, and takes its sums.</summary>
internal sealed class ReplicaProcess(IReplicaProcesses processes, IGroupReports reports, NodeExecution execution)
{
    /// <summary>Name of the workflow that a child process runs; longer than the name of process groups may be, so it is none of them.</summary>
    private const string WorkflowName = "replica-of-a-process-group-in-a-child-process";

    private const string NodeId = "group";

    private const int UnsentMax = 100;

    /// <summary>Reports that did not get through: the last of each group, and pages of parked chunks.</summary>
    private readonly SortedDictionary<string, GroupProgress> _unsent = new(StringComparer.Ordinal);

    public async Task<JsonObject> RunAsync(ProcessGroupParameters parameters, CancellationToken cancellationToken)
    {
        (ChildRunResult result, int processId) = await processes.RunAsync(execution.Run, Workflow(parameters), ReportAsync, cancellationToken);
        if (result.Error is { } error)
        {
            throw new NodeException(error.Reason, error.Message, error.IsTransient);
        }

        foreach (GroupProgress progress in _unsent.Values)
        {
            await TransientRetry.WaitOutAsync(
                async () =>
                {
                    await reports.ReportAsync(progress, cancellationToken);
                    return true;
                },
                null,
                execution.Services.Time,
                cancellationToken);
        }

        JsonObject sums = result.Outputs[0].AsJson()!.DeepClone().AsObject();
        long rows = sums["rows"]!.GetValue<long>();
        execution.Report(new StepMetrics(rows, rows));
        sums["process_id"] = processId;
        return sums;
    }

    private async ValueTask ReportAsync(GroupProgress progress, int processId, CancellationToken cancellationToken)
    {
        execution.Progress(progress.Chunks, 0, string.Create(CultureInfo.InvariantCulture, $"{progress.Rows} rows, process {processId}"));
        try
        {
            await reports.ReportAsync(progress, cancellationToken);
            _unsent.Remove(KeyOf(progress));
        }
        catch (IOException)
        {
            // The next report holds everything again; the last one is repeated at the end.
            string key = KeyOf(progress);
            if (_unsent.Count < UnsentMax || _unsent.ContainsKey(key))
            {
                _unsent[key] = progress;
            }
        }
    }

    private static string KeyOf(GroupProgress progress) => progress.Parked.Count == 0
        ? progress.GroupId
        : string.Create(CultureInfo.InvariantCulture, $"{progress.GroupId}/{progress.Parked[0].Id}");

    private static WorkflowDefinition Workflow(ProcessGroupParameters parameters) => new()
    {
        Name = WorkflowName,
        Outputs = [new WorkflowOutput("sums", $"{NodeId}.sums")],
        Nodes =
        [
            new WorkflowNode
            {
                Id = NodeId,
                Type = ProcessGroupNode.TypeName,
                Params = new JsonObject
                {
                    ["definition"] = parameters.Definition.Source?.DeepClone(),
                    ["group"] = parameters.Group,
                    ["start"] = parameters.Start,
                    ["replica"] = parameters.Replica,
                },
            },
        ],
    };
}

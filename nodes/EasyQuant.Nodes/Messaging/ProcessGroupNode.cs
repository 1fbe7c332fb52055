using System.Text.Json.Nodes;
using EasyQuant.Flow;
using EasyQuant.Messaging.Topics;
using EasyQuant.Nodes.Data.Sql;

namespace EasyQuant.Nodes.Messaging;

/// <summary>Executes one replica of a process group: its lanes take shards or chunks until the work of the whole group is done.</summary>
public sealed class ProcessGroupNode : INodeHandler
{
    /// <summary>Name of the node type.</summary>
    internal const string TypeName = "ProcessGroup";

    private readonly ProcessGroupParameters _parameters;
    private readonly GroupsDefinition _definition;
    private readonly ProcessGroup? _group;
    private readonly bool _isReplay;

    private ProcessGroupNode(ProcessGroupParameters parameters, GroupsDefinition definition)
    {
        _parameters = parameters;
        _definition = definition;
        _isReplay = parameters.Group.StartsWith(GroupReplay.Prefix, StringComparison.Ordinal);
        string id = _isReplay ? parameters.Group[GroupReplay.Prefix.Length..] : parameters.Group;
        _group = definition.Groups.FirstOrDefault(group => group.Id == id);
        if (_group is null && parameters.Group is not (GroupCleanup.AllGroups or GroupCleanup.Queues))
        {
            throw new NodeException("PARAMETER_OUT_OF_RANGE", $"group: the definition has no group '{parameters.Group}'.");
        }
    }

    /// <summary>Adds the node type <c>ProcessGroup</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<ProcessGroupParameters>(
        new NodeDefinitionTemplate
        {
            Type = TypeName,
            Title = new LocalizedText("Process group", "进程组"),
            Category = "control",
            Icon = "layers",
            Description = new LocalizedText(
                "One replica of a process group; made by a start, not by hand.", "进程组的一个副本；由启动创建，无需手工使用。"),
            Outputs = [new PortDefinition("sums", PortType.Json, new LocalizedText("Sums of the group", "组汇总"))],
            HasEffects = true,
        },
        parameters => GroupsJson.Parse(parameters.Definition.Source?.DeepClone()) is { Definition: { } definition }
            ? new ProcessGroupNode(parameters, definition)
            : throw new NodeException("GROUPS_JSON_MALFORMED", "The definition of the process groups cannot be read."));

    /// <summary>Runs the replica.</summary>
    /// <exception cref="NodeException"><c>SERVICE_NOT_AVAILABLE</c>, <c>STREAM_ABORTED</c>, <c>TOPIC_CONFLICT</c>, <c>ITEM_PROCESS_DIED</c>, or what the source of the chain says.</exception>
    public async ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        ProjectDatabase database = execution.Services.Require<ProjectDatabase>("a database of the project");
        TopicTransports transports = execution.Services.Require<TopicTransports>("brokers of topics");
        IGroupReports reports = execution.Services.Require<IGroupReports>("a place for reports of groups");
        try
        {
            execution.SetOutput(0, _group is null
                ? await CleanUpAsync(new GroupCleanup(_parameters.Start, _definition, database, Patient(transports, execution), reports, execution.Services.Time), execution, cancellationToken)
                : await ReplicaAsync(_group, database, transports, reports, execution, cancellationToken));
        }
        catch (TopicException e)
        {
            throw new NodeException(e.Reason, e.Message, transient: e.Reason == TopicException.BrokerUnavailable, e);
        }
    }

    private Task<JsonObject> CleanUpAsync(GroupCleanup cleanup, NodeExecution execution, CancellationToken cancellationToken) =>
        _parameters.Group == GroupCleanup.Queues ? cleanup.DeleteQueuesAsync(execution.Run, cancellationToken) : cleanup.EndAsync(execution.Run, cancellationToken);

    private PatientTransport Patient(TopicTransports transports, NodeExecution execution) =>
        new(transports.Get(_definition.MqType), execution.Services.Time, text => execution.Progress(0, 0, text));

    private async Task<JsonObject> ReplicaAsync(
        ProcessGroup group, ProjectDatabase database, TopicTransports transports, IGroupReports reports, NodeExecution execution, CancellationToken cancellationToken)
    {
        NodeCatalog catalog = execution.Services.Require<NodeCatalog>("a catalogue of node types");
        if (_isReplay)
        {
            var own = new GroupContext(_parameters.Start, _definition, group, execution.Run, database, transports.Get(_definition.MqType), execution.Services.Time);
            return await new GroupReplay(own, catalog, reports, execution).RunAsync(cancellationToken);
        }

        // A child process has no child processes: there the chain executes.
        if (group.Placement != GroupPlacement.Runners && execution.Services.Get<IReplicaProcesses>() is { } processes)
        {
            return await new ReplicaProcess(processes, reports, execution).RunAsync(_parameters, cancellationToken);
        }

        SuspectGates gates = execution.Services.Get<SuspectGates>() ?? new SuspectGates(execution.Services.Time);
        string stream = $"{_parameters.Start}.{group.InputQueue}";
        var context = new GroupContext(_parameters.Start, _definition, group, execution.Run, database, Patient(transports, execution), execution.Services.Time)
        {
            Gate = gates.Take(stream, group.Id),
        };
        try
        {
            return await new GroupReplica(context, catalog, reports, execution).RunAsync(cancellationToken);
        }
        finally
        {
            gates.Return(stream, group.Id);
        }
    }
}

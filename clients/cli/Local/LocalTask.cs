using System.Text.Json.Nodes;
using EasyQuant.Contracts.Worker.V1;
using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Nodes;
using EasyQuant.Nodes.Hosting;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace EasyQuant.Cli.Local;

/// <summary>
/// Executes a task in this process, with the nodes and the services of <c>eq run</c>: files of one folder, no broker and no database. Thread-safe. Not idempotent:
/// each call executes. What nodes save goes to <c>eq-runs/&lt;task id&gt;</c> below the current folder.
/// </summary>
/// <param name="dataRoot">The only folder in which nodes see files.</param>
/// <param name="time">The clock of the run and of the task's time-out.</param>
public sealed class LocalTask(string dataRoot, TimeProvider time)
{
    private const string WorkflowPrefix = "workflow:";
    private const int TaskIdLengthMax = 100;

    /// <summary>Executes a task to its end.</summary>
    /// <param name="request">The task; a node type. Its placement and priority mean nothing here.</param>
    /// <param name="cancellationToken">Stops the node.</param>
    /// <returns>Outputs by port; a table is a list of row objects, where a worker gives a reference.</returns>
    /// <exception cref="NodeException"><c>TASK_ID_INVALID</c>, <c>TASK_TYPE_INVALID</c> for a stored workflow, <c>RUN_TIMEOUT</c>, <c>INPUT_TYPE</c>, or why the node failed.</exception>
    public async Task<Struct> ExecuteAsync(ExecuteTaskRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Type.StartsWith(WorkflowPrefix, StringComparison.Ordinal))
        {
            throw new NodeException("TASK_TYPE_INVALID", $"`type` must be a node type when there is no worker, was `{request.Type}`: stored workflows are on the server; a file is executed by `eq run FILE`.");
        }

        if (request.TaskId.Length is 0 or > TaskIdLengthMax || !char.IsAsciiLetterOrDigit(request.TaskId[0]) || !request.TaskId.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
        {
            throw new NodeException("TASK_ID_INVALID", $"`task_id` must match [A-Za-z0-9][A-Za-z0-9._-]{{0,99}}, was `{request.TaskId}`.");
        }

        NodeCatalog catalog = AllNodePacks.CreateCatalog();
        using HttpDoor http = new(new HttpDoorOptions(), time);
        RunContext context = new()
        {
            RunId = Guid.CreateVersion7(time.GetUtcNow()).ToString(), ProjectId = "default", StartTime = time.GetUtcNow(), Seed = request.Seed,
        };
        NodeServices services = LocalRun.Services(dataRoot, Path.Combine(Environment.CurrentDirectory, "eq-runs", request.TaskId), http, time)
            .With<ISecretSource>(new LocalSecrets(null)).With(new SecretMask());
        using CancellationTokenSource timeout = new(request.Timeout?.ToTimeSpan() ?? Timeout.InfiniteTimeSpan, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            SingleNodeResult result = await SingleNode.RunAsync(
                catalog, request.Type, ToJson(request.Data), Inputs(catalog, request), context, services, null, both.Token);
            return ToStruct(result);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new NodeException("RUN_TIMEOUT", $"The task did not end within {request.Timeout!.ToTimeSpan()}.");
        }
    }

    private static Dictionary<string, NodeValue> Inputs(NodeCatalog catalog, ExecuteTaskRequest request)
    {
        Dictionary<string, NodeValue> inputs = new(StringComparer.Ordinal);
        catalog.TryGetDefinition(request.Type, out NodeDefinition? definition);
        foreach ((string port, JsonNode? value) in ToJson(request.Inputs))
        {
            bool isTable = definition is not null && definition.InputIndex(port) is >= 0 and var index && definition.Inputs[index].Type == PortType.Table;
            inputs[port] = isTable
                ? NodeValue.FromTable(TableJson.FromRows(value as JsonArray ?? throw new NodeException("INPUT_TYPE", $"The input '{port}' is a table: give a list of rows.")))
                : NodeValue.FromJson(value?.DeepClone());
        }

        return inputs;
    }

    private static Struct ToStruct(SingleNodeResult result)
    {
        JsonObject outputs = [];
        foreach ((string port, NodeValue value) in result.Outputs.OrderBy(output => output.Key, StringComparer.Ordinal))
        {
            outputs[port] = value.IsTable ? TableJson.ToRows(value.AsTable()) : value.IsJson ? value.AsJson()?.DeepClone() : null;
        }

        return Struct.Parser.ParseJson(outputs.ToJsonString());
    }

    private static JsonObject ToJson(Struct? values) => values is null ? [] : JsonNode.Parse(JsonFormatter.Default.Format(values))!.AsObject();
}

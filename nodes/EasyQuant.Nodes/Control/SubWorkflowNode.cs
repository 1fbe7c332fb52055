using System.Text.Json.Nodes;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Control;

/// <summary>Calls another workflow as a function, in this process.</summary>
public sealed class SubWorkflowNode : INodeHandler
{
    private readonly SubWorkflowParameters _parameters;

    private SubWorkflowNode(SubWorkflowParameters parameters) => _parameters = parameters;

    /// <summary>Adds the node type <c>SubWorkflow</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<SubWorkflowParameters>(
        new NodeDefinitionTemplate
        {
            Type = "SubWorkflow",
            Title = new LocalizedText("Sub-workflow", "子工作流"),
            Category = "control",
            Icon = "workflow",
            Description = new LocalizedText(
                "Calls another workflow with inputs and gives its outputs.", "以给定输入调用另一个工作流，并返回其输出。"),
            Inputs = [new PortDefinition("value", PortType.Json, new LocalizedText("Value", "值"), Required: false)],
            Outputs =
            [
                new PortDefinition("outputs", PortType.Json, new LocalizedText("Outputs", "输出")),
                new PortDefinition("table", PortType.Table, new LocalizedText("First table", "首个表")),
            ],
        },
        parameters => new SubWorkflowNode(parameters));

    /// <summary>Runs the child and passes its outputs on.</summary>
    /// <exception cref="NodeException">The child could not start or failed; its own reason.</exception>
    public async ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        IChildRunner children = execution.Services.Require<IChildRunner>("a host that runs sub-workflows");
        JsonNode? input = execution.HasInput(0) ? execution.InputJson(0) : null;
        JsonNode? inputs = _parameters.Inputs is { } template ? execution.Evaluate(template, input) : input;
        var request = new ChildRunRequest
        {
            Workflow = _parameters.Workflow,
            Version = _parameters.Version,
            Context = execution.Run with { Inputs = ChildInputs.From(inputs), ItemPath = ChildInputs.Path(execution, null) },
            Services = execution.Services,
            IsTraced = true,
        };
        ChildRunResult result = await children.RunAsync(request, cancellationToken);
        if (result.Error is { } error)
        {
            string node = error.NodeId is null ? "" : $", node '{error.NodeId}'";
            throw new NodeException(error.Reason, $"Workflow '{_parameters.Workflow}'{node}: {error.Message}", error.IsTransient);
        }

        execution.SetOutput(0, ChildOutputs.AsJson(result));
        foreach (NodeValue value in result.Outputs)
        {
            if (value.IsTable)
            {
                execution.SetOutput(1, value.AsTable());
                return;
            }
        }

        execution.SkipOutput(1);
    }
}

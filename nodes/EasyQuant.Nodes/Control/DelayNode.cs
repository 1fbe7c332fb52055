using EasyQuant.Flow;

namespace EasyQuant.Nodes.Control;

/// <summary>Waits, then passes its input on.</summary>
public sealed class DelayNode : INodeHandler
{
    private readonly DelayParameters _parameters;

    private DelayNode(DelayParameters parameters) => _parameters = parameters;

    /// <summary>Adds the node type <c>Delay</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<DelayParameters>(
        new NodeDefinitionTemplate
        {
            Type = "Delay",
            Title = new LocalizedText("Delay", "延时"),
            Category = "control",
            Icon = "timer",
            Description = new LocalizedText("Waits for a time, then passes its input on.", "等待一段时间，然后输出其输入。"),
            Inputs = [new PortDefinition("value", PortType.Json, new LocalizedText("Value", "值"), Required: false)],
            Outputs = [new PortDefinition("value", PortType.Json, new LocalizedText("Value", "值"))],
        },
        parameters => new DelayNode(parameters));

    /// <summary>Waits; gives up at once when the run is cancelled.</summary>
    public async ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromSeconds(_parameters.Seconds), execution.Services.Time, cancellationToken);
        execution.SetOutput(0, execution.HasInput(0) ? execution.InputJson(0) : null);
    }
}

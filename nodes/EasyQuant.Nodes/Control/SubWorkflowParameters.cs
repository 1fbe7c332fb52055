using EasyQuant.Flow;

namespace EasyQuant.Nodes.Control;

/// <summary>Parameters of <see cref="SubWorkflowNode"/>.</summary>
public sealed record SubWorkflowParameters
{
    /// <summary>Name of the workflow to call, in the same project.</summary>
    [Title("Workflow", "工作流")]
    [WorkflowReference]
    [TextLength(1, 63)]
    public required string Workflow { get; init; }

    /// <summary>Version to call; null (default) for the newest when the run was created.</summary>
    [Title("Version", "版本")]
    [Bounds(1)]
    public int? Version { get; init; }

    /// <summary>Inputs of the call by name; <c>${item}</c> reads the input value. Null (default): the input value, which must be an object.</summary>
    [Title("Inputs", "输入")]
    [Hint("Values by input name; ${item} is the input value.", "按输入名给出的值；${item} 为输入值。")]
    public JsonTemplate? Inputs { get; init; }
}

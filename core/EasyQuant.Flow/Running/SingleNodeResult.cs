namespace EasyQuant.Flow;

/// <summary>What a node that ran alone gave.</summary>
/// <param name="Outputs">Values by output port; skipped ports hold an empty value.</param>
/// <param name="Metrics">Its counts.</param>
public sealed record SingleNodeResult(IReadOnlyDictionary<string, NodeValue> Outputs, StepMetrics Metrics);

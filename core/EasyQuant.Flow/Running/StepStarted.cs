namespace EasyQuant.Flow;

/// <summary>An attempt of a step starts.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="Definition">Its type.</param>
/// <param name="Position">Its place in the topological order, counted from 0.</param>
/// <param name="Attempt">Which attempt, counted from 1.</param>
/// <param name="Time">When, UTC.</param>
public sealed record StepStarted(string NodeId, NodeDefinition Definition, int Position, int Attempt, DateTimeOffset Time);

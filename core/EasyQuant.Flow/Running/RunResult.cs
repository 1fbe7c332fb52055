namespace EasyQuant.Flow;

/// <summary>How an execution of a graph ended.</summary>
/// <param name="State">Succeeded, failed, cancelled or paused.</param>
/// <param name="Error">Why it failed: the error of the first failed step in topological order; null otherwise.</param>
/// <param name="OutputNames">Names of the declared outputs, in the workflow's order.</param>
/// <param name="Outputs">Their values in the same order; empty values where a step did not run.</param>
public sealed record RunResult(RunState State, StepError? Error, IReadOnlyList<string> OutputNames, IReadOnlyList<NodeValue> Outputs)
{
    /// <summary>Returns a declared output by its name.</summary>
    /// <exception cref="ArgumentException">The workflow declares no such output.</exception>
    public NodeValue Output(string name)
    {
        for (int i = 0; i < OutputNames.Count; i++)
        {
            if (OutputNames[i] == name)
            {
                return Outputs[i];
            }
        }

        throw new ArgumentException($"There is no output '{name}'; declared: {string.Join(", ", OutputNames)}.", nameof(name));
    }
}

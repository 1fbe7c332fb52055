namespace EasyQuant.Flow;

/// <summary>How a child run ended.</summary>
/// <param name="Error">Null when it succeeded; otherwise why not.</param>
/// <param name="OutputNames">Names of the declared outputs, in the workflow's order.</param>
/// <param name="Outputs">Their values in the same order; empty values when the run did not succeed or an output was skipped.</param>
public sealed record ChildRunResult(StepError? Error, IReadOnlyList<string> OutputNames, IReadOnlyList<NodeValue> Outputs)
{
    /// <summary>Whether the child finished all its steps.</summary>
    public bool Succeeded => Error is null;
}

namespace EasyQuant.Flow;

/// <summary>A workflow, or the inputs of a run, are not valid; carries everything that is wrong.</summary>
public sealed class WorkflowInvalidException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="errors">All errors; at least one.</param>
    public WorkflowInvalidException(IReadOnlyList<FlowError> errors)
        : base(Describe(errors)) => Errors = errors;

    /// <summary>All errors.</summary>
    public IReadOnlyList<FlowError> Errors { get; }

    private static string Describe(IReadOnlyList<FlowError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        string first = errors.Count == 0 ? "" : $"{errors[0].Reason} at {errors[0].Pointer}: {errors[0].Message}";
        return errors.Count > 1 ? $"{first} ({errors.Count - 1} more)" : first;
    }
}

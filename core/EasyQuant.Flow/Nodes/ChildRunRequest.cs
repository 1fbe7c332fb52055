namespace EasyQuant.Flow;

/// <summary>Asks for one child run.</summary>
public sealed record ChildRunRequest
{
    /// <summary>Name of the workflow in the same project.</summary>
    public required string Workflow { get; init; }

    /// <summary>Version to run; null (default) for the newest at the time the run was created.</summary>
    public int? Version { get; init; }

    /// <summary>Context of the child: the parent's, with the child's inputs and item path. The runner raises the depth itself.</summary>
    public required RunContext Context { get; init; }

    /// <summary>Services that the child's nodes get; the parent's as a rule.</summary>
    public required NodeServices Services { get; init; }

    /// <summary>Whether the child's nodes appear in the trace of the run; false (default) for the many items of a fan-out.</summary>
    public bool IsTraced { get; init; }
}

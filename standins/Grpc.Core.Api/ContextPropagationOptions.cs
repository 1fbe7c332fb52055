namespace Grpc.Core;

/// <summary>What a child call inherits. Immutable.</summary>
/// <param name="propagateDeadline">True to inherit the deadline.</param>
/// <param name="propagateCancellation">True to be cancelled with the parent.</param>
public class ContextPropagationOptions(bool propagateDeadline = true, bool propagateCancellation = true)
{
    /// <summary>Inherits both.</summary>
    public static readonly ContextPropagationOptions Default = new();

    /// <summary>True to inherit the deadline.</summary>
    public bool IsPropagateDeadline { get; } = propagateDeadline;

    /// <summary>True to be cancelled with the parent.</summary>
    public bool IsPropagateCancellation { get; } = propagateCancellation;
}

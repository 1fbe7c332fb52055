namespace EasyQuant.Nodes.Control;

/// <summary>What failed items mean for a fan-out.</summary>
public enum BatchFailurePolicy
{
    /// <summary>The first failed item stops the others and fails the step.</summary>
    Stop,

    /// <summary>All items run; the step succeeds and tells which items failed.</summary>
    Continue,

    /// <summary>As continue, until more than the tolerated share of the items failed; then as stop.</summary>
    Tolerate,
}

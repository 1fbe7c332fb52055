namespace EasyQuant.Flow;

/// <summary>State of one item of a fan-out.</summary>
public enum ItemState
{
    /// <summary>Not started.</summary>
    Pending,

    /// <summary>Its child run executes.</summary>
    Running,

    /// <summary>Its child run succeeded.</summary>
    Succeeded,

    /// <summary>Its child run failed after the last attempt.</summary>
    Failed,

    /// <summary>It was not run, or stopped, because the fan-out ended early.</summary>
    Cancelled,
}

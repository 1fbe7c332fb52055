namespace EasyQuant.Flow;

/// <summary>Where the items of a fan-out execute.</summary>
public enum ItemPlace
{
    /// <summary>Not decided.</summary>
    Unknown,

    /// <summary>One after another on the step's own thread.</summary>
    Inline,

    /// <summary>On threads of the step's process.</summary>
    Threads,

    /// <summary>In warm child processes of the worker.</summary>
    Processes,

    /// <summary>As durable runs on all workers.</summary>
    Remote,
}

namespace EasyQuant.Nodes.Control;

/// <summary>Where the items of a fan-out execute.</summary>
public enum BatchMode
{
    /// <summary>On several threads of this process, as many as the concurrency says, at most 256.</summary>
    Threads,

    /// <summary>One after another on the step's own thread.</summary>
    Inline,

    /// <summary>In warm child processes of the worker; on threads where the host has none.</summary>
    Processes,

    /// <summary>As durable runs of their own on all workers; on threads where the host is not the platform.</summary>
    Remote,

    /// <summary>Measures the first items, then chooses one of the others and says why.</summary>
    Auto,
}

namespace EasyQuant.Nodes.Control;

/// <summary>Where the items of a fan-out execute.</summary>
public enum BatchMode
{
    /// <summary>On several threads of this process, as many as the concurrency says.</summary>
    Threads,

    /// <summary>One after another on the step's own thread.</summary>
    Inline,
}

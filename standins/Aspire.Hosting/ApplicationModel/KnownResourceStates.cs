namespace Aspire.Hosting.ApplicationModel;

/// <summary>Texts of the states that the dashboard knows.</summary>
public static class KnownResourceStates
{
    /// <summary>Not asked to start.</summary>
    public static readonly string NotStarted = "NotStarted";

    /// <summary>Waits for other resources.</summary>
    public static readonly string Waiting = "Waiting";

    /// <summary>Being started.</summary>
    public static readonly string Starting = "Starting";

    /// <summary>Runs.</summary>
    public static readonly string Running = "Running";

    /// <summary>Being stopped.</summary>
    public static readonly string Stopping = "Stopping";

    /// <summary>Ended, by command or by failure.</summary>
    public static readonly string Exited = "Exited";

    /// <summary>Ended with exit code 0 on its own.</summary>
    public static readonly string Finished = "Finished";

    /// <summary>Could not be started, or failed too often.</summary>
    public static readonly string FailedToStart = "FailedToStart";

    /// <summary>A parameter without value.</summary>
    public static readonly string ValueMissing = "ValueMissing";

    /// <summary>States that a resource does not leave on its own.</summary>
    public static readonly IReadOnlyList<string> TerminalStates = [Finished, FailedToStart, Exited];
}

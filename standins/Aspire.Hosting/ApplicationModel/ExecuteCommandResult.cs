namespace Aspire.Hosting.ApplicationModel;

/// <summary>How a command ended.</summary>
public sealed class ExecuteCommandResult
{
    /// <summary>True when it did what it should.</summary>
    public required bool Success { get; init; }

    /// <summary>True when it was given up.</summary>
    public bool Canceled { get; init; }

    /// <summary>What to tell the user, such as why it failed; null says nothing.</summary>
    public string? Message { get; init; }
}

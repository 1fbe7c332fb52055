namespace Aspire.Hosting.ApplicationModel;

/// <summary>A command of a resource that the dashboard offers.</summary>
/// <param name="name">Name for callers.</param>
/// <param name="displayName">Text of the button.</param>
/// <param name="executeCommand">Does it.</param>
/// <param name="options">Icon, confirmation, state.</param>
public sealed class ResourceCommandAnnotation(
    string name, string displayName, Func<ExecuteCommandContext, Task<ExecuteCommandResult>> executeCommand, CommandOptions options) : IResourceAnnotation
{
    /// <summary>Name for callers.</summary>
    public string Name => name;

    /// <summary>Text of the button.</summary>
    public string DisplayName => displayName;

    /// <summary>Does it.</summary>
    public Func<ExecuteCommandContext, Task<ExecuteCommandResult>> ExecuteCommand => executeCommand;

    /// <summary>Icon, confirmation, state.</summary>
    public CommandOptions Options => options;
}

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A detail of a resource.</summary>
/// <param name="Name">e.g. <c>executable.pid</c>.</param>
/// <param name="Value">Text, number or list of texts.</param>
public sealed record ResourcePropertySnapshot(string Name, object? Value)
{
    /// <summary>True hides the value until it is asked for.</summary>
    public bool IsSensitive { get; init; }
}

namespace Aspire.Hosting.ApplicationModel;

/// <summary>How a command looks.</summary>
public sealed class CommandOptions
{
    /// <summary>Name of a Fluent UI icon; null for none.</summary>
    public string? IconName { get; set; }

    /// <summary>True shows the command as a button of its own.</summary>
    public bool IsHighlighted { get; set; }

    /// <summary>Question asked first; null asks none.</summary>
    public string? ConfirmationMessage { get; set; }

    /// <summary>Longer text; null for none.</summary>
    public string? Description { get; set; }

    /// <summary>Decides when the command can be used; null means always.</summary>
    public Func<UpdateCommandStateContext, ResourceCommandState>? UpdateState { get; set; }
}

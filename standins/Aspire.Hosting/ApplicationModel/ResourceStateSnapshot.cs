namespace Aspire.Hosting.ApplicationModel;

/// <summary>A state with its colour.</summary>
/// <param name="Text">One of <see cref="KnownResourceStates"/> or any other text.</param>
/// <param name="Style">One of <see cref="KnownResourceStateStyles"/>; null lets the dashboard choose.</param>
public sealed record ResourceStateSnapshot(string Text, string? Style)
{
    /// <summary>Makes a state without a colour.</summary>
    /// <param name="s">The text.</param>
    public static implicit operator ResourceStateSnapshot?(string? s) => s is null ? null : new ResourceStateSnapshot(s, null);
}

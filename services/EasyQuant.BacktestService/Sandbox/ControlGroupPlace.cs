namespace EasyQuant.BacktestService.Sandbox;

/// <summary>Groups of the machine below which this process may make groups of its own; at least one of them is there.</summary>
/// <param name="IsUnified">True for version 2, where all are one folder; false for version 1.</param>
/// <param name="Memory">Folder that bounds memory; null for none.</param>
/// <param name="Tasks">Folder that bounds processes and threads; null for none.</param>
/// <param name="Processors">Folder that bounds processor time; null for none.</param>
internal sealed record ControlGroupPlace(bool IsUnified, string? Memory, string? Tasks, string? Processors)
{
    /// <summary>The folders, each once.</summary>
    public IReadOnlyList<string> Folders => [.. new[] { Memory, Tasks, Processors }.OfType<string>().Distinct(StringComparer.Ordinal)];
}

namespace EasyQuant.BacktestSandbox.Compiling;

/// <summary>A constructor parameter of a strategy, set by name.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">int, long, double, bool or string.</param>
/// <param name="Default">Invariant text of the default; null when the parameter is required.</param>
public sealed record SourceParameter(string Name, string Type, string? Default);

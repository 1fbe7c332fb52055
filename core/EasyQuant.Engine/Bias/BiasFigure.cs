namespace EasyQuant.Engine;

/// <summary>A number behind a verdict.</summary>
/// <param name="Name">snake_case name.</param>
/// <param name="Value">The number; null when the data cannot give it.</param>
public sealed record BiasFigure(string Name, double? Value);

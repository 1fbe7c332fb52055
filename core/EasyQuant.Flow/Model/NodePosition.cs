namespace EasyQuant.Flow;

/// <summary>A place on the canvas.</summary>
/// <param name="X">Distance from the left in pixels; finite.</param>
/// <param name="Y">Distance from the top in pixels; finite.</param>
public sealed record NodePosition(double X, double Y);

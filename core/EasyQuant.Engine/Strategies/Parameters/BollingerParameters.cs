namespace EasyQuant.Engine;

/// <summary>Parameters of <see cref="BollingerStrategy"/>.</summary>
/// <param name="Period">Length of the window in bars, 2 to 1000.</param>
/// <param name="Deviations">Width of the bands in standard deviations, 0.1 to 10.</param>
/// <param name="Size">How much to buy.</param>
public sealed record BollingerParameters(int Period, double Deviations, OrderSize Size);

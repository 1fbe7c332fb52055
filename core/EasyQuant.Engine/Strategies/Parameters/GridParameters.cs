namespace EasyQuant.Engine;

/// <summary>Parameters of <see cref="GridStrategy"/>.</summary>
/// <param name="StepPpm">Distance of two lines of the grid in millionths of the anchor, 100 to 500,000. Default 30,000 (3 %).</param>
/// <param name="Levels">Lines below the anchor, 1 to 100. Default 5.</param>
/// <param name="Size">How much to buy at a line; the default splits equity evenly over all instruments and lines.</param>
public sealed record GridParameters(long StepPpm, int Levels, OrderSize Size);

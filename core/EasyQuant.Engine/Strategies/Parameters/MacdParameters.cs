namespace EasyQuant.Engine;

/// <summary>Parameters of <see cref="MacdStrategy"/>.</summary>
/// <param name="Fast">Length of the fast average in bars, 1 to 1000, below <paramref name="Slow"/>.</param>
/// <param name="Slow">Length of the slow average in bars, 2 to 1000.</param>
/// <param name="Signal">Length of the signal line in bars, 1 to 1000.</param>
/// <param name="Size">How much to buy.</param>
public sealed record MacdParameters(int Fast, int Slow, int Signal, OrderSize Size);

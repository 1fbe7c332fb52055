namespace EasyQuant.Engine;

/// <summary>Parameters of <see cref="PairsStrategy"/>.</summary>
/// <param name="Period">Bars of the window of the score, 2 to 1000. Default 60.</param>
/// <param name="Enter">Score at or beyond which a pair is entered, 0.1 to 10, above <paramref name="Leave"/>. Default 2.</param>
/// <param name="Leave">Score within which a pair is left, 0 to 10. Default 0.5.</param>
/// <param name="Shorts">True to sell the dear one short as well; needs an account that may. Default false.</param>
/// <param name="Size">How much to buy; the default splits equity evenly over all instruments.</param>
public sealed record PairsParameters(int Period, double Enter, double Leave, bool Shorts, OrderSize Size);

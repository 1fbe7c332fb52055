namespace EasyQuant.Engine;

/// <summary>How far the price of a round trip moved while it was held, as fractions of the entry price; of a short sale mirrored.</summary>
/// <param name="Adverse">Deepest move against the trade, at least 0.</param>
/// <param name="Favourable">Farthest move for the trade, at least 0.</param>
/// <param name="Move">Move from entry to exit; above 0 is for the trade.</param>
public readonly record struct TradeExcursion(double Adverse, double Favourable, double Move);

namespace EasyQuant.Engine;

/// <summary>How much of an order may fill, and what bound.</summary>
/// <param name="Quantity">At least 0.</param>
/// <param name="BoundBy">What made it less than asked; null when nothing did.</param>
/// <param name="IsByVolume">True when the volume of the bar bound last, so that a limit order waits for more.</param>
internal readonly record struct QuantityAnswer(long Quantity, string? BoundBy, bool IsByVolume);

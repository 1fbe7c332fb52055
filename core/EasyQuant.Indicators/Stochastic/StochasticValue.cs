namespace EasyQuant.Indicators;

/// <summary>One value of <see cref="Stochastic"/>, 0 to 100 both included.</summary>
/// <param name="K">Smoothed position within the range; NaN during warm-up.</param>
/// <param name="D">Average of K; NaN during warm-up.</param>
public readonly record struct StochasticValue(double K, double D);

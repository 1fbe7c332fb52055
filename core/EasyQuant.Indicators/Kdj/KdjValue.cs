namespace EasyQuant.Indicators;

/// <summary>One value of <see cref="Kdj"/>.</summary>
/// <param name="K">0 to 100; NaN during warm-up.</param>
/// <param name="D">0 to 100; NaN during warm-up.</param>
/// <param name="J">3 K - 2 D, may leave 0 to 100; NaN during warm-up.</param>
public readonly record struct KdjValue(double K, double D, double J);

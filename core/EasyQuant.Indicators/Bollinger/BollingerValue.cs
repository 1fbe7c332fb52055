namespace EasyQuant.Indicators;

/// <summary>One value of <see cref="Bollinger"/>, in the unit of the input.</summary>
/// <param name="Middle">Mean of the window; NaN during warm-up.</param>
/// <param name="Upper">Middle plus the width; NaN during warm-up.</param>
/// <param name="Lower">Middle less the width; NaN during warm-up.</param>
public readonly record struct BollingerValue(double Middle, double Upper, double Lower);

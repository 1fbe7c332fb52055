namespace EasyQuant.Indicators;

/// <summary>One value of <see cref="Donchian"/>, in the unit of the input.</summary>
/// <param name="Upper">Highest high of the window; NaN during warm-up.</param>
/// <param name="Middle">Half of upper plus lower; NaN during warm-up.</param>
/// <param name="Lower">Lowest low of the window; NaN during warm-up.</param>
public readonly record struct DonchianValue(double Upper, double Middle, double Lower);

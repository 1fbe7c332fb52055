namespace EasyQuant.Indicators;

/// <summary>One value of <see cref="Macd"/>, in the unit of the input.</summary>
/// <param name="Line">Fast average less slow average; NaN during warm-up.</param>
/// <param name="Signal">Average of the line; NaN during warm-up.</param>
/// <param name="Histogram">Line less signal; NaN during warm-up. Chinese programs draw it doubled.</param>
public readonly record struct MacdValue(double Line, double Signal, double Histogram);

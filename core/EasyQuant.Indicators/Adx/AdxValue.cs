namespace EasyQuant.Indicators;

/// <summary>One value of <see cref="Adx"/>, each 0 to 100 both included.</summary>
/// <param name="Index">Average directional index; NaN during warm-up.</param>
/// <param name="PlusDirection">Plus directional indicator; NaN during warm-up.</param>
/// <param name="MinusDirection">Minus directional indicator; NaN during warm-up.</param>
public readonly record struct AdxValue(double Index, double PlusDirection, double MinusDirection);

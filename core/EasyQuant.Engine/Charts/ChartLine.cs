namespace EasyQuant.Engine;

/// <summary>One line of a <see cref="LineChart"/>.</summary>
/// <param name="Title">Name in the legend.</param>
/// <param name="Values">One value a date; NaN interrupts the line.</param>
/// <param name="CssClass">Class of <see cref="ChartStyle"/>: <c>main</c>, <c>other</c>, <c>fall</c> or <c>quiet</c>.</param>
/// <param name="IsArea">True to fill down (or up) to <see cref="LineChart.Baseline"/>.</param>
public sealed record ChartLine(ChartText Title, IReadOnlyList<double> Values, string CssClass, bool IsArea);

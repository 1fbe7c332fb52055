using System.Globalization;

namespace EasyQuant.Engine;

/// <summary>Points over two axes of fractions as inline SVG; gains and losses differ in colour.</summary>
public sealed record ScatterChart
{
    private const int Left = 74;
    private const int Right = 14;
    private const int Top = 12;
    private const int PointsMax = 1500;

    /// <summary>What it shows, for readers of screens.</summary>
    public required ChartText Title { get; init; }

    /// <summary>Title of the horizontal axis.</summary>
    public required ChartText XTitle { get; init; }

    /// <summary>Title of the vertical axis.</summary>
    public required ChartText YTitle { get; init; }

    /// <summary>Places and whether each is a gain; of more than 1,500 every n-th is drawn.</summary>
    public required IReadOnlyList<(double X, double Y, bool IsGain)> Points { get; init; }

    /// <summary>Height in user units. Default 260.</summary>
    public int Height { get; init; } = 260;

    /// <summary>Draws the chart.</summary>
    /// <returns>An svg element.</returns>
    public string Render()
    {
        double[] across = ChartAxis.Ticks(0, Math.Max(0.001, Points.Count == 0 ? 0 : Points.Max(point => point.X)), 6);
        double[] up = ChartAxis.Ticks(
            Math.Min(0, Points.Count == 0 ? 0 : Points.Min(point => point.Y)), Math.Max(0.001, Points.Count == 0 ? 0 : Points.Max(point => point.Y)), 4);
        int bottom = Height - 42;
        double X(double value) => Left + ((SvgBuilder.Width - Left - Right) * (value - across[0]) / (across[^1] - across[0]));
        double Y(double value) => Top + ((bottom - Top) * (up[^1] - value) / (up[^1] - up[0]));
        SvgBuilder svg = new(Height, "scatter", Title);
        foreach (double tick in up)
        {
            svg.Line(Left, Y(tick), SvgBuilder.Width - Right, Y(tick), tick == 0 ? "base" : "grid")
                .Text(Left - 8, Y(tick) + 4, "end", ChartAxis.Format(tick, "P1"), "label");
        }

        foreach (double tick in across)
        {
            svg.Text(X(tick), bottom + 16, tick == across[^1] ? "end" : "middle", ChartAxis.Format(tick, "P1"), "label");
        }

        int every = Math.Max(1, (Points.Count + PointsMax - 1) / PointsMax);
        for (int i = 0; i < Points.Count; i += every)
        {
            (double x, double y, bool isGain) = Points[i];
            svg.Circle(X(x), Y(y), 3, isGain ? "gain" : "loss", string.Create(CultureInfo.InvariantCulture, $"{x:P2}, {y:P2}"));
        }

        return svg.Text(SvgBuilder.Width - Right, Height - 8, "end", XTitle, "axis").Text(Left, Height - 8, "start", YTitle, "axis").ToString();
    }
}

namespace EasyQuant.Engine;

/// <summary>Bars beside each other as inline SVG: returns of years, or counts of a histogram. Bars above 0 have the colour of gains, below 0 of losses.</summary>
public sealed record BarChart
{
    private const int Left = 74;
    private const int Right = 14;
    private const int Top = 12;

    /// <summary>What it shows, for readers of screens.</summary>
    public required ChartText Title { get; init; }

    /// <summary>Labels below the groups of bars, in order.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>One value a label; NaN leaves a gap.</summary>
    public required IReadOnlyList<double> Values { get; init; }

    /// <summary>A second value a label, drawn pale beside the first; null (default) for none.</summary>
    public IReadOnlyList<double>? Others { get; init; }

    /// <summary>Colours by label: above 0 a gain, below 0 a loss, 0 neither; null (default) takes the values themselves.</summary>
    public IReadOnlyList<int>? Signs { get; init; }

    /// <summary>Height in user units. Default 200.</summary>
    public int Height { get; init; } = 200;

    /// <summary>Format of the values. Default "P0".</summary>
    public string Format { get; init; } = "P0";

    /// <summary>Counts values in bins of equal width with one bin edge at 0, so that gains and losses never share a bar.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="values">Fractions, any order.</param>
    /// <param name="binCount">About how many bins, at least 2.</param>
    public static BarChart Histogram(ChartText title, IReadOnlyList<double> values, int binCount)
    {
        double low = Math.Min(0, values.Count == 0 ? 0 : values.Min());
        double high = Math.Max(0, values.Count == 0 ? 0 : values.Max());
        double width = high > low ? (high - low) / binCount : 0.01;
        int below = (int)Math.Ceiling(-low / width);
        int above = Math.Max(1, (int)Math.Floor(high / width) + 1);
        double[] counts = new double[below + above];
        foreach (double value in values)
        {
            counts[Math.Clamp((int)Math.Floor(value / width) + below, 0, counts.Length - 1)]++;
        }

        return new BarChart
        {
            Title = title,
            Labels = [.. counts.Select((_, i) => ChartAxis.Format((i - below) * width, "P1"))],
            Values = counts,
            Signs = [.. counts.Select((_, i) => i < below ? -1 : 1)],
            Format = "N0",
        };
    }

    /// <summary>Draws the chart.</summary>
    /// <returns>An svg element.</returns>
    public string Render()
    {
        double[] finite = [0, .. Values.Where(double.IsFinite), .. (Others ?? []).Where(double.IsFinite)];
        double[] ticks = ChartAxis.Ticks(finite.Min(), finite.Max(), 4);
        int bottom = Height - 24;
        double slot = (SvgBuilder.Width - Left - Right) / (double)Math.Max(1, Values.Count);
        double Y(double value) => Top + ((bottom - Top) * (ticks[^1] - value) / (ticks[^1] - ticks[0]));
        SvgBuilder svg = new(Height, "bars", Title);
        foreach (double tick in ticks)
        {
            svg.Line(Left, Y(tick), SvgBuilder.Width - Right, Y(tick), tick == 0 ? "base" : "grid")
                .Text(Left - 8, Y(tick) + 4, "end", ChartAxis.Format(tick, Format), "label");
        }

        int every = Math.Max(1, (int)Math.Ceiling(Values.Count * 56.0 / (SvgBuilder.Width - Left - Right)));
        for (int i = 0; i < Values.Count; i++)
        {
            double x = Left + (slot * i);
            double width = Math.Min(slot * 0.86, 64);
            double start = x + ((slot - width) / 2);
            if (Others is null)
            {
                Bar(start, width, i, Values[i], isPale: false);
            }
            else
            {
                Bar(start, (width / 2) - 1, i, Values[i], isPale: false);
                Bar(start + (width / 2) + 1, (width / 2) - 1, i, Others[i], isPale: true);
            }

            if (i % every == 0)
            {
                svg.Text(x + (slot / 2), Height - 8, "middle", Labels[i], "label");
            }
        }

        return svg.ToString();

        void Bar(double x, double width, int index, double value, bool isPale)
        {
            int sign = Signs?[index] ?? Math.Sign(double.IsNaN(value) ? 0 : value);
            if (double.IsFinite(value) && value != 0)
            {
                svg.Rect(
                    x,
                    Math.Min(Y(0), Y(value)),
                    width,
                    Math.Abs(Y(value) - Y(0)),
                    isPale ? "pale" : sign > 0 ? "gain" : sign < 0 ? "loss" : "even",
                    1,
                    $"{Labels[index]}: {ChartAxis.Format(value, Format == "P0" ? "P2" : Format)}");
            }
        }
    }
}

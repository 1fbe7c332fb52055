namespace EasyQuant.Engine;

/// <summary>Lines over trading dates as inline SVG: no script, no file. Long series keep the lowest and highest value of each stretch.</summary>
public sealed record LineChart
{
    private const int PointsMax = 1400;
    private const int Left = 74;
    private const int Right = 14;
    private const int Top = 12;

    /// <summary>What it shows, for readers of screens.</summary>
    public required ChartText Title { get; init; }

    /// <summary>Dates, ascending, at least one.</summary>
    public required IReadOnlyList<DateOnly> Dates { get; init; }

    /// <summary>The lines, later ones on top.</summary>
    public required IReadOnlyList<ChartLine> Lines { get; init; }

    /// <summary>Height in user units. Default 240.</summary>
    public int Height { get; init; } = 240;

    /// <summary>Format of the labels. Default "N0".</summary>
    public string Format { get; init; } = "N0";

    /// <summary>Value that is always visible and marked by a stronger line; null (default) for none.</summary>
    public double? Baseline { get; init; }

    /// <summary>Stretches of dates to shade, indices with both ends included.</summary>
    public IReadOnlyList<(int First, int Last)> Bands { get; init; } = [];

    /// <summary>Draws the chart.</summary>
    /// <returns>An svg element.</returns>
    public string Render()
    {
        double[] finite = [.. Lines.SelectMany(line => line.Values).Where(double.IsFinite), .. Baseline is { } level ? new[] { level } : []];
        double[] ticks = finite.Length == 0 ? [0, 1] : ChartAxis.Ticks(finite.Min(), finite.Max(), 4);
        double low = ticks[0];
        double high = ticks[^1];
        int bottom = Height - (Lines.Count > 1 ? 42 : 24);
        double X(double index) => Left + ((SvgBuilder.Width - Left - Right) * index / Math.Max(1, Dates.Count - 1));
        double Y(double value) => Top + ((bottom - Top) * (high - value) / (high - low));
        SvgBuilder svg = new(Height, "lines", Title);
        foreach ((int first, int last) in Bands)
        {
            svg.Rect(X(first), Top, Math.Max(1.5, X(last) - X(first)), bottom - Top, "band", 1, null);
        }

        foreach (double tick in ticks)
        {
            svg.Line(Left, Y(tick), SvgBuilder.Width - Right, Y(tick), "grid")
                .Text(Left - 8, Y(tick) + 4, "end", ChartAxis.Format(tick, Format), "label");
        }

        foreach ((int index, string label) in ChartAxis.DateTicks(Dates, 9))
        {
            string anchor = X(index) > SvgBuilder.Width - 60 ? "end" : X(index) < Left + 20 ? "start" : "middle";
            svg.Line(X(index), bottom, X(index), bottom + 4, "tick").Text(X(index), bottom + 16, anchor, label, "label");
        }

        if (Baseline is { } mark)
        {
            svg.Line(Left, Y(mark), SvgBuilder.Width - Right, Y(mark), "base");
        }

        foreach (ChartLine line in Lines)
        {
            (double X, double Y)[] points = [.. Thin(line.Values).Select(point => (X(point.Index), Y(point.Value)))];
            if (line.IsArea)
            {
                svg.Path(points, Y(Math.Clamp(Baseline ?? low, low, high)), $"area {line.CssClass}");
            }

            svg.Path(points, null, $"line {line.CssClass}");
        }

        return Legend(svg).ToString();
    }

    private SvgBuilder Legend(SvgBuilder svg)
    {
        double x = Left;
        foreach (ChartLine line in Lines.Count > 1 ? Lines : [])
        {
            svg.Line(x, Height - 10, x + 18, Height - 10, $"line {line.CssClass}").Text(x + 24, Height - 6, "start", line.Title, "label");
            x += 60 + (7 * Math.Max(line.Title.English.Length, 2 * line.Title.Chinese.Length));
        }

        return svg;
    }

    /// <summary>All values, or of each stretch the lowest and the highest in their order.</summary>
    private static IEnumerable<(int Index, double Value)> Thin(IReadOnlyList<double> values)
    {
        if (values.Count <= PointsMax)
        {
            return values.Select((value, i) => (i, value));
        }

        List<(int Index, double Value)> kept = [(0, values[0])];
        int buckets = PointsMax / 2;
        for (int bucket = 0; bucket < buckets; bucket++)
        {
            int start = (int)((long)values.Count * bucket / buckets);
            int end = (int)((long)values.Count * (bucket + 1) / buckets);
            int lowest = start;
            int highest = start;
            for (int i = start; i < end; i++)
            {
                lowest = !(values[i] >= values[lowest]) ? i : lowest;
                highest = !(values[i] <= values[highest]) ? i : highest;
            }

            kept.Add((Math.Min(lowest, highest), values[Math.Min(lowest, highest)]));
            if (lowest != highest)
            {
                kept.Add((Math.Max(lowest, highest), values[Math.Max(lowest, highest)]));
            }
        }

        kept.Add((values.Count - 1, values[^1]));
        return kept;
    }
}

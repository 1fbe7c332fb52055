namespace EasyQuant.Engine;

/// <summary>Values in cells of rows and columns as inline SVG, with the value written into each cell.</summary>
public sealed record HeatMap
{
    private const int Left = 78;
    private const int Right = 16;
    private const int Top = 24;
    private const int CellHeight = 28;

    /// <summary>What it shows, for readers of screens.</summary>
    public required ChartText Title { get; init; }

    /// <summary>Labels above the columns.</summary>
    public required IReadOnlyList<ChartText> Columns { get; init; }

    /// <summary>Labels left of the rows.</summary>
    public required IReadOnlyList<string> Rows { get; init; }

    /// <summary>One array a row with one value a column; NaN is an empty cell.</summary>
    public required IReadOnlyList<double[]> Values { get; init; }

    /// <summary>Format of the values. Default "0.00".</summary>
    public string Format { get; init; } = "0.00";

    /// <summary>
    /// True colours gains and losses around 0, stronger with distance; false (default) colours from the lowest to the highest value in
    /// five steps that differ in lightness too.
    /// </summary>
    public bool IsSigned { get; init; }

    /// <summary>Title of the columns; null (default) for none.</summary>
    public ChartText? ColumnTitle { get; init; }

    /// <summary>Title of the rows; null (default) for none.</summary>
    public ChartText? RowTitle { get; init; }

    /// <summary>Draws the chart.</summary>
    /// <returns>An svg element.</returns>
    public string Render()
    {
        double[] finite = [.. Values.SelectMany(row => row).Where(double.IsFinite)];
        double low = finite.Length == 0 ? 0 : finite.Min();
        double high = finite.Length == 0 ? 0 : finite.Max();
        double strongest = Math.Max(Math.Abs(low), Math.Abs(high));
        int top = Top + (ColumnTitle is null ? 0 : 18);
        double cell = (SvgBuilder.Width - Left - Right) / (double)Math.Max(1, Columns.Count);
        SvgBuilder svg = new(top + (Rows.Count * CellHeight) + 10, "heat", Title);
        for (int column = 0; column < Columns.Count; column++)
        {
            svg.Text(Left + (cell * (column + 0.5)), top - 8, "middle", Columns[column], "label");
        }

        for (int row = 0; row < Rows.Count; row++)
        {
            double y = top + (row * CellHeight);
            svg.Text(Left - 8, y + 18, "end", Rows[row], "label");
            for (int column = 0; column < Columns.Count; column++)
            {
                double value = Values[row][column];
                string text = double.IsFinite(value) ? ChartAxis.Format(value, Format) : "–";
                (string shade, double opacity, string ink) = Shade(value, low, high, strongest);
                svg.Rect(Left + (cell * column), y, cell - 2, CellHeight - 2, shade, opacity, $"{Rows[row]} {Columns[column].English}: {text}")
                    .Text(Left + (cell * (column + 0.5)) - 1, y + 18, "middle", text, ink);
            }
        }

        if (ColumnTitle is { } columnTitle)
        {
            svg.Text(Left + ((SvgBuilder.Width - Left - Right) / 2.0), 14, "middle", columnTitle, "axis");
        }

        if (RowTitle is { } rowTitle)
        {
            svg.Text(8, top - 8, "start", rowTitle, "axis");
        }

        return svg.ToString();
    }

    private (string Shade, double Opacity, string Ink) Shade(double value, double low, double high, double strongest)
    {
        if (!double.IsFinite(value))
        {
            return ("none", 1, "cell");
        }

        if (IsSigned)
        {
            double share = strongest > 0 ? Math.Abs(value) / strongest : 0;
            return (value > 0 ? "gain" : value < 0 ? "loss" : "even", 0.12 + (0.78 * share), share > 0.6 ? "cell light" : "cell");
        }

        int step = high > low ? (int)Math.Min(6, (value - low) / (high - low) * 7) : 3;
        return ($"step{step}", 1, step >= 4 ? "cell light" : "cell");
    }
}

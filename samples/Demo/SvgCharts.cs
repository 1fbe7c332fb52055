using System.Globalization;
using System.Text;

namespace EasyQuant.Samples.Demo;

/// <summary>Pictures as inline SVG: no script, no file, readable without colour.</summary>
public static class SvgCharts
{
    private const int Width = 920;
    private const int Left = 78;
    private const int Right = 16;

    /// <summary>Draws one line over dates with a filled area down to its base.</summary>
    /// <param name="points">Dates ascending with their values; at least two.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="cssClass">Class of the line: "equity" or "drawdown".</param>
    /// <param name="format">Format of the axis labels, for example "P0".</param>
    /// <returns>An svg element.</returns>
    public static string Line(IReadOnlyList<(DateOnly Date, double Value)> points, int height, string cssClass, string format)
    {
        ArgumentNullException.ThrowIfNull(points);
        double low = points.Min(p => p.Value);
        double high = points.Max(p => p.Value);
        if (high - low < 1e-12)
        {
            high = low + 1;
        }

        int bottom = height - 24;
        double X(int i) => Left + ((Width - Left - Right) * i / (double)Math.Max(1, points.Count - 1));
        double Y(double v) => 10 + ((bottom - 10) * (high - v) / (high - low));
        StringBuilder svg = new();
        svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {height}\" role=\"img\" class=\"chart {cssClass}\">");
        for (int i = 0; i <= 4; i++)
        {
            double value = low + ((high - low) * i / 4);
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(value):0.0}\" y2=\"{Y(value):0.0}\" class=\"grid\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 8}\" y=\"{Y(value) + 4:0.0}\" text-anchor=\"end\">{value.ToString(format, CultureInfo.InvariantCulture)}</text>");
        }

        for (int i = 0; i <= 4; i++)
        {
            int index = (points.Count - 1) * i / 4;
            string anchor = i switch { 0 => "start", 4 => "end", _ => "middle" };
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(index):0.0}\" y=\"{height - 6}\" text-anchor=\"{anchor}\">{points[index].Date:yyyy-MM-dd}</text>");
        }

        StringBuilder path = new();
        for (int i = 0; i < points.Count; i++)
        {
            path.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? 'M' : 'L')}{X(i):0.0} {Y(points[i].Value):0.0}");
        }

        double floor = cssClass == "drawdown" ? Y(high) : bottom;
        svg.Append(CultureInfo.InvariantCulture, $"<path class=\"area\" d=\"{path}L{X(points.Count - 1):0.0} {floor:0.0}L{X(0):0.0} {floor:0.0}Z\"/><path class=\"line\" d=\"{path}\"/></svg>");
        return svg.ToString();
    }

    /// <summary>Draws a heat map with the value written into each cell.</summary>
    /// <param name="cells">Cells by column and row; several cells at one place keep the last.</param>
    /// <param name="columnLabel">Label of the columns.</param>
    /// <param name="rowLabel">Label of the rows.</param>
    /// <returns>An svg element.</returns>
    public static string HeatMap(IReadOnlyList<(int Column, int Row, double Value)> cells, string columnLabel, string rowLabel)
    {
        ArgumentNullException.ThrowIfNull(cells);
        int[] columns = [.. cells.Select(c => c.Column).Distinct().Order()];
        int[] rows = [.. cells.Select(c => c.Row).Distinct().Order()];
        double[] finite = [.. cells.Select(c => c.Value).Where(double.IsFinite)];
        double low = finite.Length == 0 ? 0 : finite.Min();
        double high = finite.Length == 0 ? 1 : finite.Max();
        double cellWidth = (Width - Left - Right) / (double)Math.Max(1, columns.Length);
        const int CellHeight = 30;
        int height = (rows.Length * CellHeight) + 58;
        StringBuilder svg = new();
        svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {height}\" role=\"img\" class=\"chart heat\">");
        foreach ((int column, int row, double value) in cells)
        {
            double x = Left + (Array.IndexOf(columns, column) * cellWidth);
            double y = 10 + (Array.IndexOf(rows, row) * CellHeight);
            double share = double.IsFinite(value) && high > low ? (value - low) / (high - low) : 0;
            string fill = double.IsFinite(value) ? Shade(share) : "#d8d8d8";
            string ink = share is > 0.25 and < 0.8 ? "#10222b" : "#ffffff";
            string text = double.IsFinite(value) ? value.ToString("0.00", CultureInfo.InvariantCulture) : "–";
            svg.Append(CultureInfo.InvariantCulture, $"<g><title>{columnLabel} {column}, {rowLabel} {row}: {text}</title><rect x=\"{x:0.0}\" y=\"{y}\" width=\"{cellWidth - 2:0.0}\" height=\"{CellHeight - 2}\" rx=\"3\" fill=\"{fill}\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x + (cellWidth / 2) - 1:0.0}\" y=\"{y + 19}\" text-anchor=\"middle\" style=\"fill:{ink}\">{text}</text></g>");
        }

        for (int i = 0; i < rows.Length; i++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 8}\" y=\"{10 + (i * CellHeight) + 19}\" text-anchor=\"end\">{rows[i]}</text>");
        }

        for (int i = 0; i < columns.Length; i++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left + (i * cellWidth) + (cellWidth / 2):0.0}\" y=\"{(rows.Length * CellHeight) + 28}\" text-anchor=\"middle\">{columns[i]}</text>");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left + ((Width - Left - Right) / 2)}\" y=\"{height - 8}\" text-anchor=\"middle\" class=\"axis\">{columnLabel}</text>");
        svg.Append(CultureInfo.InvariantCulture, $"<text transform=\"translate(16 {10 + (rows.Length * CellHeight / 2)}) rotate(-90)\" text-anchor=\"middle\" class=\"axis\">{rowLabel}</text></svg>");
        return svg.ToString();
    }

    private static string Shade(double share)
    {
        (int R, int G, int B)[] stops = [(38, 70, 110), (88, 150, 170), (226, 236, 214), (240, 190, 100), (196, 74, 54)];
        double at = Math.Clamp(share, 0, 1) * (stops.Length - 1);
        int i = Math.Min((int)at, stops.Length - 2);
        double f = at - i;
        int Mix(int a, int b) => (int)Math.Round(a + ((b - a) * f));
        return string.Create(CultureInfo.InvariantCulture, $"#{Mix(stops[i].R, stops[i + 1].R):x2}{Mix(stops[i].G, stops[i + 1].G):x2}{Mix(stops[i].B, stops[i + 1].B):x2}");
    }
}

using System.Globalization;
using System.Text;

namespace EasyQuant.Engine;

/// <summary>Writes one svg element. Every text is escaped; coordinates have one decimal place.</summary>
internal sealed class SvgBuilder
{
    /// <summary>Width of all charts in user units; pages scale them.</summary>
    public const int Width = 920;

    private readonly StringBuilder _text = new();

    public SvgBuilder(int height, string cssClass, ChartText title) => _text.Append(
        CultureInfo.InvariantCulture,
        $"<svg viewBox=\"0 0 {Width} {height}\" role=\"img\" class=\"chart {cssClass}\" aria-label=\"{ChartText.Escape(title.English)} / {ChartText.Escape(title.Chinese)}\">");

    public SvgBuilder Line(double x1, double y1, double x2, double y2, string cssClass)
    {
        _text.Append(CultureInfo.InvariantCulture, $"<line x1=\"{x1:0.#}\" y1=\"{y1:0.#}\" x2=\"{x2:0.#}\" y2=\"{y2:0.#}\" class=\"{cssClass}\"/>");
        return this;
    }

    public SvgBuilder Rect(double x, double y, double width, double height, string cssClass, double opacity, string? tip)
    {
        _text.Append(
            CultureInfo.InvariantCulture,
            $"<rect x=\"{x:0.#}\" y=\"{y:0.#}\" width=\"{Math.Max(0, width):0.##}\" height=\"{Math.Max(0, height):0.##}\" class=\"{cssClass}\"");
        if (opacity < 1)
        {
            _text.Append(CultureInfo.InvariantCulture, $" fill-opacity=\"{opacity:0.##}\"");
        }

        _text.Append(tip is null ? "/>" : $"><title>{ChartText.Escape(tip)}</title></rect>");
        return this;
    }

    public SvgBuilder Circle(double x, double y, double radius, string cssClass, string tip)
    {
        _text.Append(
            CultureInfo.InvariantCulture,
            $"<circle cx=\"{x:0.#}\" cy=\"{y:0.#}\" r=\"{radius:0.#}\" class=\"{cssClass}\"><title>{ChartText.Escape(tip)}</title></circle>");
        return this;
    }

    public SvgBuilder Text(double x, double y, string anchor, string text, string cssClass)
    {
        _text.Append(
            CultureInfo.InvariantCulture,
            $"<text x=\"{x:0.#}\" y=\"{y:0.#}\" text-anchor=\"{anchor}\" class=\"{cssClass}\">{ChartText.Escape(text)}</text>");
        return this;
    }

    /// <summary>The same place in both languages; the page shows one.</summary>
    public SvgBuilder Text(double x, double y, string anchor, ChartText text, string cssClass)
    {
        Language("en", text.English);
        Language("zh", text.Chinese);
        return this;

        void Language(string language, string content) => _text.Append(
            CultureInfo.InvariantCulture,
            $"<text lang=\"{language}\" x=\"{x:0.#}\" y=\"{y:0.#}\" text-anchor=\"{anchor}\" class=\"{cssClass}\">{ChartText.Escape(content)}</text>");
    }

    /// <summary>A line through points; a point whose y is NaN interrupts it. With a base it is an area down (or up) to it.</summary>
    public SvgBuilder Path(IEnumerable<(double X, double Y)> points, double? baseline, string cssClass)
    {
        StringBuilder path = new();
        double? firstX = null;
        double lastX = 0;
        foreach ((double x, double y) in points)
        {
            if (double.IsNaN(y))
            {
                Close();
                continue;
            }

            path.Append(CultureInfo.InvariantCulture, $"{(firstX is null ? 'M' : 'L')}{x:0.#} {y:0.#}");
            firstX ??= x;
            lastX = x;
        }

        Close();
        if (path.Length > 0)
        {
            _text.Append(CultureInfo.InvariantCulture, $"<path class=\"{cssClass}\" d=\"{path}\"/>");
        }

        return this;

        void Close()
        {
            if (firstX is { } start && baseline is { } level)
            {
                path.Append(CultureInfo.InvariantCulture, $"L{lastX:0.#} {level:0.#}L{start:0.#} {level:0.#}Z");
            }

            firstX = null;
        }
    }

    public override string ToString() => _text + "</svg>";
}

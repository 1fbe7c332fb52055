using System.Globalization;
using System.Text;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Writes the body of a page. Every text is escaped here; nothing else appends text to a page.</summary>
internal sealed class HtmlPage
{
    private readonly StringBuilder _text = new();

    public void Raw(string html) => _text.Append(html);

    public void Heading(string english, string chinese) => Raw($"<h2>{new ChartText(english, chinese).ToHtml()}</h2>");

    public void SubHeading(string english, string chinese) => Raw($"<h3>{new ChartText(english, chinese).ToHtml()}</h3>");

    public void Note(string english, string chinese) => Raw($"<p class=\"note\">{new ChartText(english, chinese).ToHtml()}</p>");

    public void Card(string english, string chinese, string value, int sign) => Raw(
        $"<div class=\"card\"><span>{new ChartText(english, chinese).ToHtml()}</span><b{Sign(sign)}>{ChartText.Escape(value)}</b></div>");

    /// <summary>Cells are HTML already.</summary>
    public void Table(IEnumerable<string> header, IEnumerable<IEnumerable<string>> rows)
    {
        Raw("<div class=\"scroll\"><table><thead><tr>");
        foreach (string title in header)
        {
            Raw($"<th>{title}</th>");
        }

        Raw("</tr></thead><tbody>");
        foreach (IEnumerable<string> row in rows)
        {
            Raw("<tr>");
            foreach (string cell in row)
            {
                Raw(cell);
            }

            Raw("</tr>");
        }

        Raw("</tbody></table></div>");
    }

    public void Figures(IEnumerable<FigureGroup> groups)
    {
        Raw("<div class=\"columns\">");
        foreach (FigureGroup group in groups)
        {
            Raw("<section>");
            SubHeading(group.TitleEn, group.TitleZh);
            Raw("<div class=\"scroll\"><table><tbody>");
            foreach (Figure figure in group.Figures)
            {
                Raw($"<tr><td>{new ChartText(figure.TitleEn, figure.TitleZh).ToHtml()}</td>{Cell(Text(figure))}</tr>");
            }

            Raw("</tbody></table></div></section>");
        }

        Raw("</div>");
    }

    public static string Cell(string text, int sign = 0) => $"<td{Sign(sign)}>{ChartText.Escape(text)}</td>";

    public static string Cell(ChartText text) => $"<td>{text.ToHtml()}</td>";

    public static string TextCell(string text) => $"<td class=\"text\">{ChartText.Escape(text)}</td>";

    public static string Text(Figure figure) => figure.Amount is { } amount ? Text(amount) : figure.Number is not { } number ? "–" : figure.Unit switch
    {
        FigureUnit.Fraction => Percent(number),
        FigureUnit.Days => number.ToString("0.#", CultureInfo.InvariantCulture),
        FigureUnit.Count => number.ToString("N0", CultureInfo.InvariantCulture),
        FigureUnit.Number => number.ToString("N2", CultureInfo.InvariantCulture),
        _ => number.ToString("0.000", CultureInfo.InvariantCulture),
    };

    /// <summary>Grouped with two places, rounded half up; exact amounts are in the exports.</summary>
    public static string Text(Money amount)
    {
        long cents = ScaledMath.MulDivHalfUp(amount.Units, 1, Money.UnitsPerCent);
        return (cents / 100m).ToString("N2", CultureInfo.InvariantCulture);
    }

    public static string Text(DateOnly? date) => date?.ToString("O", CultureInfo.InvariantCulture) ?? "–";

    public static string Text(double? number, string format = "0.000") =>
        number is { } value && double.IsFinite(value) ? value.ToString(format, CultureInfo.InvariantCulture) : "–";

    /// <summary>With a sign that is always visible to readers who do not see colours.</summary>
    public static string Percent(double? number) => number is { } value && double.IsFinite(value)
        ? value.ToString("0.00%;-0.00%;0.00%", CultureInfo.InvariantCulture)
        : "–";

    public override string ToString() => _text.ToString();

    private static string Sign(int sign) => sign switch { > 0 => " class=\"gain\"", < 0 => " class=\"loss\"", _ => "" };
}

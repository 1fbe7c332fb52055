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

    /// <summary>Cells are HTML already; the last column holds text instead of numbers when told so.</summary>
    public void Table(IEnumerable<string> header, IEnumerable<IEnumerable<string>> rows, bool endsWithText = false)
    {
        Raw("<div class=\"scroll\"><table><thead><tr>");
        string[] titles = [.. header];
        for (int i = 0; i < titles.Length; i++)
        {
            Raw($"<th{(endsWithText && i == titles.Length - 1 ? " class=\"text\"" : "")}>{titles[i]}</th>");
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
        FigureUnit.Number => Plain(number, "N2"),
        _ => Plain(number, "0.000"),
    };

    /// <summary>Grouped with two places, rounded half up; exact amounts are in the exports.</summary>
    public static string Text(Money amount)
    {
        long cents = ScaledMath.MulDivHalfUp(amount.Units, 1, Money.UnitsPerCent);
        return (cents / 100m).ToString("N2", CultureInfo.InvariantCulture);
    }

    public static string Text(DateOnly? date) => date?.ToString("O", CultureInfo.InvariantCulture) ?? "–";

    public static string Text(double? number, string format = "0.000") =>
        number is { } value && double.IsFinite(value) ? Plain(value, format) : "–";

    /// <summary>Percent with two places, small values with four.</summary>
    public static string Percent(double? number) => number is { } value && double.IsFinite(value)
        ? Plain(value, Math.Abs(value) is > 0 and < 0.001 ? "0.0000%" : "0.00%")
        : "–";

    public override string ToString() => _text.ToString();

    /// <summary>What rounds to 0 has no sign.</summary>
    private static string Plain(double value, string format)
    {
        string text = value.ToString(format, CultureInfo.InvariantCulture);
        return text.StartsWith('-') && !text.AsSpan().ContainsAnyInRange('1', '9') ? text[1..] : text;
    }

    private static string Sign(int sign) => sign switch { > 0 => " class=\"gain\"", < 0 => " class=\"loss\"", _ => "" };
}

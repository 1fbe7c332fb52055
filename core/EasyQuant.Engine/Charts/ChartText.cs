using System.Text;

namespace EasyQuant.Engine;

/// <summary>A text that a person sees, in both languages.</summary>
/// <param name="English">English.</param>
/// <param name="Chinese">中文.</param>
public readonly record struct ChartText(string English, string Chinese)
{
    /// <summary>Returns both as HTML spans with <c>lang</c>, of which <see cref="ChartStyle"/> shows one; escaped.</summary>
    public string ToHtml() => $"<span lang=\"en\">{Escape(English)}</span><span lang=\"zh\">{Escape(Chinese)}</span>";

    /// <summary>Escapes text for HTML and SVG, inside elements and quoted attributes; characters that XML forbids become spaces.</summary>
    public static string Escape(string text)
    {
        StringBuilder escaped = new(text.Length + 8);
        foreach (char one in text)
        {
            _ = one switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '"' => escaped.Append("&quot;"),
                '\'' => escaped.Append("&#39;"),
                < ' ' and not ('\t' or '\n' or '\r') => escaped.Append(' '),
                _ => escaped.Append(one),
            };
        }

        return escaped.ToString();
    }
}

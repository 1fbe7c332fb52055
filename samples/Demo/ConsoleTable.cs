using System.Text;

namespace EasyQuant.Samples.Demo;

/// <summary>Prints rows as an aligned plain-text table; wide characters count double.</summary>
public static class ConsoleTable
{
    /// <summary>Formats a table.</summary>
    /// <param name="header">Column titles.</param>
    /// <param name="rows">Rows of as many cells as the header.</param>
    /// <returns>Lines with a trailing line feed each.</returns>
    public static string Format(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        ArgumentNullException.ThrowIfNull(header);
        List<IReadOnlyList<string>> all = [header, .. rows];
        int[] widths = [.. Enumerable.Range(0, header.Count).Select(c => all.Max(r => Width(r[c])))];
        StringBuilder text = new();
        for (int r = 0; r < all.Count; r++)
        {
            for (int c = 0; c < header.Count; c++)
            {
                string padding = new(' ', widths[c] - Width(all[r][c]));
                text.Append("  ").Append(c == 0 ? all[r][c] + padding : padding + all[r][c]);
            }

            text.Append('\n');
            if (r == 0)
            {
                text.Append("  ").Append(string.Join("  ", widths.Select(w => new string('-', w)))).Append('\n');
            }
        }

        return text.ToString();
    }

    private static int Width(string text) => text.EnumerateRunes().Sum(r => r.Value >= 0x1100 ? 2 : 1);
}

using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using EasyQuant.Engine;

namespace EasyQuant.Samples.Demo;

/// <summary>Writes the demo's page: one self-contained HTML file in English and 中文.</summary>
public static class HtmlReport
{
    private const int ListRowsMax = 40;

    /// <summary>Renders the page.</summary>
    /// <param name="report">What to show.</param>
    /// <returns>HTML that needs no other file and no network.</returns>
    public static string Render(DemoReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        SweepCell best = report.Sweep[0];
        StringBuilder page = new();
        page.Append("<!doctype html><html><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>EasyQuant</title><style>");
        page.Append(ChartStyle.Css).Append(Style).Append("</style></head><body>").Append(ChartStyle.Switches(isChinese: false, isRedUp: true));
        page.Append("<header><h1>EasyQuant</h1>").Append(ChartStyle.Navigation).Append("</header><main>");
        page.Append("<section class=\"cards\">");
        Card(page, "Best parameters", "最优参数", $"SMA {best.Fast} / {best.Slow}");
        Card(page, "Sharpe ratio", "夏普比率", Number(best.Sharpe, "0.00"));
        Card(page, "Total return", "总收益", Number(best.TotalReturn, "P2"));
        Card(page, "Largest drawdown", "最大回撤", Number(best.MaxDrawdown, "P2"));
        Card(page, "Trades", "交易次数", best.TradeCount.ToString(CultureInfo.InvariantCulture));
        Card(page, "Combinations", "参数组合", report.Sweep.Count.ToString(CultureInfo.InvariantCulture));
        page.Append("</section>");
        Heading(page, "Equity of the best combination (CNY)", "最优组合的净值曲线（元）");
        page.Append(Line("Equity", "权益", "main", [.. report.Equity.Select(p => p.Equity)], report, 260, "N0", null));
        Heading(page, "Drawdown", "回撤");
        page.Append(Line("Drawdown", "回撤", "fall", [.. report.Equity.Select(p => p.Drawdown)], report, 150, "P1", 0));
        Heading(page, "Sharpe ratio by fast and slow average", "快慢均线参数的夏普比率");
        page.Append(SharpeMap(report.Sweep));
        Heading(page, "Best ten combinations", "前十组合");
        SweepTable(page, report.Sweep);
        Heading(page, "Scored symbols", "股票评分");
        ScoreTable(page, report.Scores);
        Heading(page, "Pipeline summary", "流程汇总");
        Json(page, report.Summary, 0);
        Heading(page, "Data quality", "数据质量");
        Json(page, report.Quality, 0);
        page.Append("</main></body></html>\n");
        return page.ToString();
    }

    private static void SweepTable(StringBuilder page, IReadOnlyList<SweepCell> sweep)
    {
        page.Append("<table><thead><tr><th>fast</th><th>slow</th>");
        foreach ((string en, string zh) in new[] { ("Sharpe", "夏普"), ("Return", "收益"), ("Drawdown", "回撤"), ("Trades", "交易") })
        {
            page.Append("<th>").Append(Both(en, zh)).Append("</th>");
        }

        page.Append("</tr></thead><tbody>");
        foreach (SweepCell cell in sweep.Take(10))
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{cell.Fast}</td><td>{cell.Slow}</td><td>{Number(cell.Sharpe, "0.00")}</td><td>{Number(cell.TotalReturn, "P2")}</td><td>{Number(cell.MaxDrawdown, "P2")}</td><td>{cell.TradeCount}</td></tr>");
        }

        page.Append("</tbody></table>");
    }

    private static void ScoreTable(StringBuilder page, TableRows rows)
    {
        page.Append("<table><thead><tr>");
        foreach (string name in rows.Names)
        {
            page.Append("<th>").Append(Encode(name)).Append("</th>");
        }

        page.Append("</tr></thead><tbody>");
        for (int row = 0; row < Math.Min(rows.RowCount, ListRowsMax); row++)
        {
            page.Append("<tr>");
            foreach (string name in rows.Names)
            {
                page.Append("<td>").Append(Encode(rows.Text(row, name))).Append("</td>");
            }

            page.Append("</tr>");
        }

        page.Append("</tbody></table>");
    }

    private static void Json(StringBuilder page, JsonNode? node, int depth)
    {
        switch (node)
        {
            case JsonObject o when depth < 8:
                page.Append("<dl>");
                foreach ((string key, JsonNode? value) in o)
                {
                    page.Append("<dt>").Append(Encode(key)).Append("</dt><dd>");
                    Json(page, value, depth + 1);
                    page.Append("</dd>");
                }

                page.Append("</dl>");
                break;
            case JsonArray a when depth < 8:
                page.Append("<ul>");
                foreach (JsonNode? item in a.Take(ListRowsMax))
                {
                    page.Append("<li>");
                    if (item is JsonObject o)
                    {
                        page.Append(Encode(string.Join(", ", o.Select(p => $"{p.Key}: {p.Value?.ToJsonString().Trim('"') ?? "–"}"))));
                    }
                    else
                    {
                        Json(page, item, depth + 1);
                    }

                    page.Append("</li>");
                }

                if (a.Count > ListRowsMax)
                {
                    page.Append("<li>").Append(Both($"and {a.Count - ListRowsMax} more", $"另有 {a.Count - ListRowsMax} 条")).Append("</li>");
                }

                page.Append("</ul>");
                break;
            default:
                page.Append(Encode(node is JsonValue v && v.TryGetValue(out string? text) ? text : node?.ToJsonString() ?? "–"));
                break;
        }
    }

    private static void Card(StringBuilder page, string en, string zh, string value) =>
        page.Append("<div class=\"card\"><span>").Append(Both(en, zh)).Append("</span><b>").Append(Encode(value)).Append("</b></div>");

    private static void Heading(StringBuilder page, string en, string zh) => page.Append("<h2>").Append(Both(en, zh)).Append("</h2>");

    private static string Both(string en, string zh) => new ChartText(en, zh).ToHtml();

    private static string Number(double value, string format) =>
        double.IsFinite(value) ? value.ToString(format, CultureInfo.InvariantCulture) : "–";

    private static string Encode(string text) => ChartText.Escape(text);

    private static string Line(
        string english, string chinese, string cssClass, double[] values, DemoReport report, int height, string format, double? baseline) => new LineChart
        {
            Title = new ChartText(english, chinese),
            Dates = [.. report.Equity.Select(p => p.Date)],
            Lines = [new ChartLine(new ChartText(english, chinese), values, cssClass, IsArea: true)],
            Height = height,
            Format = format,
            Baseline = baseline,
        }.Render();

    private static string SharpeMap(IReadOnlyList<SweepCell> sweep)
    {
        int[] columns = [.. sweep.Select(c => c.Fast).Distinct().Order()];
        int[] rows = [.. sweep.Select(c => c.Slow).Distinct().Order()];
        double[][] values = [.. rows.Select(_ => Enumerable.Repeat(double.NaN, columns.Length).ToArray())];
        foreach (SweepCell cell in sweep)
        {
            values[Array.IndexOf(rows, cell.Slow)][Array.IndexOf(columns, cell.Fast)] = cell.Sharpe;
        }

        return new HeatMap
        {
            Title = new ChartText("Sharpe ratio", "夏普比率"),
            Columns = [.. columns.Select(c => new ChartText($"{c}", $"{c}"))],
            Rows = [.. rows.Select(r => $"{r}")],
            Values = values,
            ColumnTitle = new ChartText("fast", "快线"),
            RowTitle = new ChartText("slow", "慢线"),
        }.Render();
    }

    private const string Style =
        "dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;margin:0;background:var(--paper);border-radius:8px;padding:8px 12px}dt{color:var(--mute)}dd{margin:0}ul{margin:0;padding-left:18px}";
}

using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

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
        page.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>EasyQuant</title><style>");
        page.Append(Style);
        page.Append("</style></head><body><header><h1>EasyQuant</h1><nav><button id=\"en\" type=\"button\">English</button><button id=\"zh\" type=\"button\">中文</button></nav></header><main>");
        page.Append("<section class=\"cards\">");
        Card(page, "Best parameters", "最优参数", $"SMA {best.Fast} / {best.Slow}");
        Card(page, "Sharpe ratio", "夏普比率", Number(best.Sharpe, "0.00"));
        Card(page, "Total return", "总收益", Number(best.TotalReturn, "P2"));
        Card(page, "Largest drawdown", "最大回撤", Number(best.MaxDrawdown, "P2"));
        Card(page, "Trades", "交易次数", best.TradeCount.ToString(CultureInfo.InvariantCulture));
        Card(page, "Combinations", "参数组合", report.Sweep.Count.ToString(CultureInfo.InvariantCulture));
        page.Append("</section>");
        Heading(page, "Equity of the best combination (CNY)", "最优组合的净值曲线（元）");
        page.Append(SvgCharts.Line([.. report.Equity.Select(p => (p.Date, p.Equity))], 260, "equity", "N0"));
        Heading(page, "Drawdown", "回撤");
        page.Append(SvgCharts.Line([.. report.Equity.Select(p => (p.Date, p.Drawdown))], 150, "drawdown", "P1"));
        Heading(page, "Sharpe ratio by fast and slow average", "快慢均线参数的夏普比率");
        page.Append(SvgCharts.HeatMap([.. report.Sweep.Select(c => (c.Fast, c.Slow, c.Sharpe))], "fast / 快线", "slow / 慢线"));
        Heading(page, "Best ten combinations", "前十组合");
        SweepTable(page, report.Sweep);
        Heading(page, "Scored symbols", "股票评分");
        ScoreTable(page, report.Scores);
        Heading(page, "Pipeline summary", "流程汇总");
        Json(page, report.Summary, 0);
        Heading(page, "Data quality", "数据质量");
        Json(page, report.Quality, 0);
        page.Append("</main><script>").Append(Script).Append("</script></body></html>\n");
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

    private static string Both(string en, string zh) => $"<span lang=\"en\">{Encode(en)}</span><span lang=\"zh\">{Encode(zh)}</span>";

    private static string Number(double value, string format) =>
        double.IsFinite(value) ? value.ToString(format, CultureInfo.InvariantCulture) : "–";

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    private const string Style = """
        :root{--ink:#17252d;--mute:#5d7078;--line:#d9e2e5;--brand:#0d6b78;--paper:#fff;--back:#f3f6f7}
        *{box-sizing:border-box}body{margin:0;background:var(--back);color:var(--ink);font:15px/1.5 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif}
        header{display:flex;justify-content:space-between;align-items:center;padding:14px 28px;background:var(--brand);color:#fff}h1{font-size:20px;margin:0}
        nav button{background:none;border:1px solid #ffffff80;color:#fff;border-radius:4px;padding:4px 12px;margin-left:6px;cursor:pointer;font:inherit}
        main{max-width:980px;margin:0 auto;padding:20px}h2{font-size:16px;margin:28px 0 8px}
        .cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(140px,1fr));gap:10px}.card{background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:12px}
        .card span{color:var(--mute);font-size:13px}.card b{display:block;font-size:20px}
        svg.chart{width:100%;background:var(--paper);border:1px solid var(--line);border-radius:8px}svg text{font-size:11px;fill:var(--mute)}svg .axis{font-size:12px}
        svg .grid{stroke:var(--line)}svg .line{fill:none;stroke-width:1.6}.equity .line{stroke:#0d6b78}.equity .area{fill:#0d6b7820}.drawdown .line{stroke:#b3452f}.drawdown .area{fill:#b3452f20}
        table{border-collapse:collapse;width:100%;background:var(--paper);border:1px solid var(--line);border-radius:8px;font-variant-numeric:tabular-nums}
        th,td{padding:6px 10px;border-bottom:1px solid var(--line);text-align:right}th:first-child,td:first-child{text-align:left}th{color:var(--mute);font-weight:600;font-size:13px}
        dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;margin:0;background:var(--paper);border-radius:8px;padding:8px 12px}dt{color:var(--mute)}dd{margin:0}ul{margin:0;padding-left:18px}
        html[lang=en] span[lang=zh],html[lang=zh] span[lang=en]{display:none}
        """;

    private const string Script = """
        const set=l=>{document.documentElement.lang=l;try{localStorage.setItem('lang',l)}catch{}};
        document.getElementById('en').onclick=()=>set('en');document.getElementById('zh').onclick=()=>set('zh');
        let l;try{l=localStorage.getItem('lang')}catch{}set(l||(navigator.language.startsWith('zh')?'zh':'en'));
        """;
}

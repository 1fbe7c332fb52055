using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using EasyQuant.Data;
using EasyQuant.Engine;

namespace EasyQuant.Nodes.Hosting;

/// <summary>
/// A result as files of one folder: <c>tear-sheet.html</c>, <c>report.json</c>, and <c>figures.csv</c>, <c>days.csv</c>, <c>drawdowns.csv</c>,
/// <c>periods.csv</c>, <c>equity.csv</c>, <c>trades.csv</c>, <c>fills.csv</c>. CSV files start with a byte-order mark, so that spreadsheets show 中文.
/// </summary>
public static class ResultFolder
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes the files; existing ones of these names are replaced.</summary>
    /// <param name="folder">The folder; created when it does not exist.</param>
    /// <param name="content">What to write.</param>
    /// <param name="panel">The panel the result ran on.</param>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static void Write(string folder, TearSheetContent content, MarketPanel panel)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "tear-sheet.html"), TearSheet.Render(content));
        File.WriteAllText(
            Path.Combine(folder, "report.json"),
            ReportJson.Write(content.Result, content.Report, content.Trials, content.Bias).ToJsonString(s_json) + "\n");
        Csv("figures", ReportTables.Figures(content.Report, content.Trials));
        Csv("days", ReportTables.Days(content.Report));
        Csv("drawdowns", ReportTables.Drawdowns(content.Report));
        Csv("periods", ReportTables.Periods(content.Report));
        Csv("equity", ResultTables.Equity(content.Result));
        Csv("trades", ResultTables.Trades(content.Result, panel));
        Csv("fills", ResultTables.Fills(content.Result, panel));

        void Csv(string name, Table table)
        {
            using StreamWriter writer = new(Path.Combine(folder, name + ".csv"), append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
            TableCsv.Write(table, writer);
        }
    }
}

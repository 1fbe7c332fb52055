using System.Text.Json.Nodes;
using EasyQuant.Engine;
using EasyQuant.Nodes.Hosting;
using EasyQuant.Samples.Market;

namespace EasyQuant.Nodes.Tests.Hosting;

public sealed class ResultFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("eq-result-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Folder_Result_HoldsPageJsonAndTables()
    {
        MarketPanel panel = DailyPanelReader.Read(SyntheticMarket.Generate(7, 6, 120).Bars);
        BacktestResult result = Backtester.Run(panel, "macd", [], new BacktestSettings(), null, default);
        PerformanceReport report = PerformanceReport.Of(result, panel, null, ReportOptions.Default);
        string target = Path.Combine(_folder, "deep", "result");
        TearSheetContent content = new() { Title = new ChartText("MACD", "MACD"), Result = result, Report = report };
        ResultFolder.Write(target, content, panel);
        ResultFolder.Write(target, content, panel);
        Assert.Equal(
            ["days.csv", "drawdowns.csv", "equity.csv", "figures.csv", "fills.csv", "periods.csv", "report.json", "tear-sheet.html", "trades.csv"],
            Directory.GetFiles(target).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        JsonNode json = JsonNode.Parse(File.ReadAllText(Path.Combine(target, "report.json")))!;
        Assert.Equal(report.Portfolio.Fees.ToString(), json["portfolio"]!["fees"]!.GetValue<string>());
        byte[] csv = File.ReadAllBytes(Path.Combine(target, "figures.csv"));
        Assert.Equal([0xEF, 0xBB, 0xBF], csv[..3]);
        Assert.Equal(121, File.ReadAllLines(Path.Combine(target, "days.csv")).Length);
    }
}

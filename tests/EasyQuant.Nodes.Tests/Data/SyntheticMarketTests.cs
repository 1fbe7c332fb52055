using System.Security.Cryptography;
using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Samples.Market;

namespace EasyQuant.Nodes.Tests.Data;

public sealed class SyntheticMarketTests
{
    [Fact]
    public void Generate_SameArguments_SameBytes()
    {
        SyntheticMarket first = SyntheticMarket.Generate(7, 8, 60);
        SyntheticMarket second = SyntheticMarket.Generate(7, 8, 60);

        Assert.Equal(first.Files.Select(f => f.Path), second.Files.Select(f => f.Path));
        Assert.All(first.Files.Zip(second.Files), pair => Assert.Equal(pair.First.Content, pair.Second.Content));
    }

    [Fact]
    public void Generate_OtherSeed_OtherBytes() =>
        Assert.NotEqual(SyntheticMarket.Generate(7, 8, 60).Files[0].Content, SyntheticMarket.Generate(8, 8, 60).Files[0].Content);

    [Fact]
    public void Generate_DemoMarket_HasTheKnownManifest()
    {
        SyntheticMarket market = SyntheticMarket.Generate(7, 50, 500);

        string hash = Convert.ToHexStringLower(SHA256.HashData(market.Files[^1].Content));

        Assert.Equal((string)SampleFolder.Expected("daily-pipeline")["market"]!["manifest_sha256"]!, hash);
    }

    [Fact]
    public void Generate_Bars_KeepTheRulesOfTheMarket()
    {
        SyntheticMarket market = SyntheticMarket.Generate(7, 50, 500);
        Table bars = market.Bars;

        QualityReport report = DataQuality.Clean(bars, new QualityOptions()).Report;

        Assert.Equal((0, 0, 0, 0), (report.Total.DuplicateCount, report.Total.OhlcBreachCount, report.Total.NonPositivePriceCount, report.Total.ZeroVolumeCount));
        Assert.Equal(500, report.CalendarDayCount);
        Assert.Contains(report.BySymbol, s => s.MissingDayCount > 0);
        var preClose = bars.GetColumn<DecimalColumn>("pre_close");
        var close = bars.GetColumn<DecimalColumn>("close");
        var volume = bars.GetColumn<Int64Column>("volume");
        long limitDays = 0;
        for (int i = 0; i < bars.RowCount; i++)
        {
            string code = bars.GetColumn<StringColumn>("symbol").GetString(i)!;
            decimal percent = code.StartsWith("300", StringComparison.Ordinal) || code.StartsWith("688", StringComparison.Ordinal) ? 0.2m : 0.1m;
            decimal up = Math.Round(preClose.GetDecimal(i) * (1 + percent), 2, MidpointRounding.AwayFromZero);
            decimal down = Math.Round(preClose.GetDecimal(i) * (1 - percent), 2, MidpointRounding.AwayFromZero);
            Assert.InRange(close.GetDecimal(i), down, up);
            Assert.True(volume.Values[i] > 0 && volume.Values[i] % 100 == 0);
            limitDays += close.GetDecimal(i) == up || close.GetDecimal(i) == down ? 1 : 0;
        }

        Assert.True(limitDays > 20, $"only {limitDays} limit days");
    }

    [Fact]
    public void Files_ReadBack_GiveTheBarsAndDataCleanFindsEveryFault()
    {
        SyntheticMarket market = SyntheticMarket.Generate(7, 50, 500);
        Table loaded = BarTable.Merge([.. market.Files.SkipLast(1).Select(Load)]);

        QualityResult cleaned = DataQuality.Clean(loaded, new QualityOptions());

        string[] found = [.. cleaned.Report.Findings.Select(f => $"{f.ToString().Split(':')[0]}")];
        Assert.All(market.Faults, f => Assert.True(found.Contains($"{f.Kind} {f.Symbol} {f.TradingDate:yyyy-MM-dd}"), $"{f} was not found"));
        Assert.Equal(3, loaded.RowCount - cleaned.Table.RowCount);
        Assert.Equal(market.Bars.RowCount + 1, loaded.RowCount);

        // The amount of a TDX record is a 32-bit float and one volume is the planted zero, so prices are compared.
        string[] prices = ["symbol", "trading_date", "open", "high", "low", "close"];
        Assert.True(Without(market.Bars, market.Faults).Select(prices).ContentEquals(Without(cleaned.Table, market.Faults).Select(prices)));
    }

    [Fact]
    public void Manifest_Files_AreListedWithTheirHashes()
    {
        SyntheticMarket market = SyntheticMarket.Generate(1, 6, 60);

        JsonNode manifest = JsonNode.Parse(market.Files[^1].Content)!;

        Assert.Equal(
            market.Files.SkipLast(1).Select(f => $"{f.Path} {Convert.ToHexStringLower(SHA256.HashData(f.Content))} {f.RowCount}"),
            manifest["files"]!.AsArray().Select(f => $"{f!["path"]} {f["sha256"]} {f["row_count"]}"));
        Assert.Equal(5, manifest["faults"]!.AsArray().Count);
    }

    private static Table Load(SampleFile file)
    {
        if (file.Path.EndsWith(".csv", StringComparison.Ordinal))
        {
            return CsvBars.Read(file.Content, new CsvBarOptions { Profile = CsvProfile.Tushare }).Table;
        }

        Assert.True(TdxDayFile.SymbolOfFileName(file.Path, out Symbol symbol));
        return TdxDayFile.Read(file.Content, symbol, 10_000);
    }

    private static Table Without(Table bars, IReadOnlyList<SampleFault> faults)
    {
        var symbols = bars.GetColumn<StringColumn>("symbol");
        var dates = bars.GetColumn<DateColumn>("trading_date");
        int[] rows = [.. Enumerable.Range(0, bars.RowCount).Where(i => !faults.Any(f => f.Symbol == symbols.GetString(i) && f.TradingDate == dates.GetDate(i)))];
        return bars.Take(rows);
    }
}

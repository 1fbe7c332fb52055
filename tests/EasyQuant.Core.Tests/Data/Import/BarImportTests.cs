using System.Globalization;
using System.IO.Compression;
using EasyQuant.Data;
using EasyQuant.Domain;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Core.Tests.Data.Import;

public sealed class BarImportTests
{
    public static TheoryData<int> DayForms { get; } = [.. Enumerable.Range(0, VendorFiles.Days(CanonicalBar.Days(1)).Count())];

    public static TheoryData<int> MinuteForms { get; } = [.. Enumerable.Range(0, VendorFiles.Minutes(CanonicalBar.Minutes(1)).Count())];

    [Theory]
    [MemberData(nameof(DayForms))]
    public void Read_EveryDailyForm_GivesTheCanonicalBars(int form)
    {
        for (int seed = 1; seed <= 3; seed++)
        {
            CanonicalBar[] bars = CanonicalBar.Days(seed);
            VendorFile file = VendorFiles.Days(bars).ElementAt(form);
            ImportResult result = BarImport.Read(file.Path, file.Files, file.Options);
            Assert.Equal(file.Profile, result.Profile.Name);
            Assert.Equal(Expected(bars, file.HasAmount), Lines(result.Table, file.HasAmount));
            Assert.Equal(0, result.Report.IntervalMinutes);
            Assert.Equal((result.Table.RowCount, 0L), ((int)result.Report.RowsLoaded, result.Report.OhlcBreachCount));
        }
    }

    [Theory]
    [MemberData(nameof(MinuteForms))]
    public void Read_EveryMinuteForm_GivesTheCanonicalBars(int form)
    {
        for (int seed = 1; seed <= 3; seed++)
        {
            CanonicalBar[] bars = CanonicalBar.Minutes(seed);
            VendorFile file = VendorFiles.Minutes(bars).ElementAt(form);
            ImportResult result = BarImport.Read(file.Path, file.Files, file.Options);
            Assert.Equal(file.Profile, result.Profile.Name);
            Assert.Equal(Expected(bars, file.HasAmount), Lines(result.Table, file.HasAmount));
            Assert.Equal(1, result.Report.IntervalMinutes);
        }
    }

    [Fact]
    public void Read_BytesChangedOrCut_GivesBarsOrANamedErrorNeverElse()
    {
        VendorFile[] files = [.. VendorFiles.Days(CanonicalBar.Days(1)), .. VendorFiles.Minutes(CanonicalBar.Minutes(1))];
        Prop.ForAll<int>(seed =>
        {
            var random = new Random(seed);
            VendorFile file = files[random.Next(files.Length)];
            try
            {
                BarImport.Read(file.Path, file.Files.Broken(random), file.Options with { SkipBadRows = random.Next(2) == 0, FindZone = TimeZoneInfo.FindSystemTimeZoneById });
            }
            catch (Exception e) when (e is CsvException or TdxException or ImportException)
            {
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public void Read_ZoneWithSummerTime_MakesInstantsOfLocalTimes()
    {
        const string Csv = "Date,Time,Open,High,Low,Close,Volume,OpenInterest\n2024-03-08,09:30:00,1,1,1,1,5,0\n2024-03-11,09:30:00,1,1,1,1,5,0\n";
        ImportResult result = Read("AAPL.csv", Csv, new ImportOptions { FindZone = TimeZoneInfo.FindSystemTimeZoneById, Interval = PanelInterval.OfMinutes(30) });
        Assert.Equal("AAPL.US", result.Table["symbol"].GetValue(0));
        Assert.Equal(new DateTime(2024, 3, 8, 14, 30, 0, DateTimeKind.Utc), result.Table["start_time"].GetValue(0));
        Assert.Equal(new DateTime(2024, 3, 11, 13, 30, 0, DateTimeKind.Utc), result.Table["start_time"].GetValue(1));
    }

    [Fact]
    public void Read_LeanQuotes_TakesTheMiddleAndTheSideThatIsThere()
    {
        const string Csv = "34200000,1000000,1010000,990000,1000000,5,1000200,1010200,990200,1000200,6\n34260000,,,,,,1000200,1010200,990200,1000200,6\n";
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        using (var writer = new StreamWriter(archive.CreateEntry("20131007_spy_minute_quote.csv").Open()))
        {
            writer.Write(Csv);
        }

        const string Path = "equity/usa/minute/spy/20131007_quote.zip";
        ImportResult result = BarImport.Read(Path, new MemoryFiles().Add(Path, stream.ToArray()), new ImportOptions { FindZone = TimeZoneInfo.FindSystemTimeZoneById });
        Assert.Equal("SPY.US", result.Table["symbol"].GetValue(0));
        Assert.Equal(new DateTime(2013, 10, 7, 13, 30, 0, DateTimeKind.Utc), result.Table["start_time"].GetValue(0));
        Assert.Equal([100.01m, 100.02m], [result.Table["open"].GetValue(0), result.Table["open"].GetValue(1)]);
        Assert.True(result.Table["volume"].IsNull(0));
    }

    [Fact]
    public void Read_Preview_StopsAndTellsTheMapping()
    {
        VendorFile file = VendorFiles.Days(CanonicalBar.Days(1)).First(f => f.Profile == "akshare");
        ImportResult result = BarImport.Read(file.Path, file.Files, file.Options with { RowsStop = 20 });
        Assert.Equal(20, result.Table.RowCount);
        Assert.Contains(new ColumnMapping("volume", "成交量", 7, 100), result.Report.Mapping);
        Assert.Contains(new ColumnMapping("close", "收盘", 4), result.Report.Mapping);
        Assert.Equal(["振幅", "涨跌幅", "涨跌额", "换手率"], result.Report.UnusedColumns);
        Assert.Equal("gb18030", result.Report.Encoding);
    }

    [Theory]
    [InlineData("../../x.csv")]
    [InlineData("/etc/x.csv")]
    [InlineData("C:\\x.csv")]
    [InlineData("inner.zip")]
    public void Zip_EntryThatLeadsOutOrNests_IsRefused(string name)
    {
        ImportException fault = Assert.Throws<ImportException>(() => BarImport.Read("spy.zip", new MemoryFiles().Add("spy.zip", ZipOf((name, "x"u8.ToArray()))), new ImportOptions()));
        Assert.Equal("IMPORT_ARCHIVE", fault.Reason);
    }

    [Fact]
    public void Zip_FileOfAnotherVendor_KeepsItsUnits()
    {
        VendorFile tushare = VendorFiles.Days(CanonicalBar.Days(1)).First();
        using var content = new MemoryStream();
        tushare.Files.OpenRead(tushare.Path)!.CopyTo(content);
        ImportResult result = BarImport.Read("prices.zip", new MemoryFiles().Add("prices.zip", ZipOf(("pool.csv", content.ToArray()))), new ImportOptions());
        Assert.Equal("tushare", result.Profile.Name);
        Assert.Equal(Expected(CanonicalBar.Days(1), hasAmount: true), Lines(result.Table, hasAmount: true));
    }

    [Fact]
    public void Read_NoHeaderAndNoSignOfAVendor_IsRefusedNotGuessed() =>
        Assert.Throws<CsvException>(() => Read("600000.SH.csv", "20240102,10,11,9,10,100\n20240103,10,11,9,10,100\n", new ImportOptions()));

    [Fact]
    public void Zip_BombOrTwoOfOneName_IsRefused()
    {
        byte[] bomb = ZipOf(("spy.csv", new byte[64 << 20]));
        Assert.True(bomb.Length < 100_000);
        Assert.Contains("inflates", Assert.Throws<ImportException>(() => BarImport.Read("spy.zip", new MemoryFiles().Add("spy.zip", bomb), new ImportOptions())).Message, StringComparison.Ordinal);
        byte[] twice = ZipOf(("spy.csv", "1"u8.ToArray()), ("spy.csv", "2"u8.ToArray()));
        Assert.Contains("two entries", Assert.Throws<ImportException>(() => BarImport.Read("spy.zip", new MemoryFiles().Add("spy.zip", twice), new ImportOptions())).Message, StringComparison.Ordinal);
    }

    private static ImportResult Read(string path, string text, ImportOptions options) =>
        BarImport.Read(path, new MemoryFiles().Add(path, System.Text.Encoding.UTF8.GetBytes(text)), options);

    private static byte[] ZipOf(params (string Name, byte[] Content)[] entries)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in entries)
            {
                using Stream entry = archive.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return stream.ToArray();
    }

    private static IEnumerable<string> Expected(CanonicalBar[] bars, bool hasAmount) => bars.Select(b => string.Create(
        CultureInfo.InvariantCulture,
        $"600000.SH {b.Start:yyyy-MM-dd} {(b.Start.TimeOfDay > TimeSpan.Zero ? b.Start.AddHours(-8).ToString("HH:mm", CultureInfo.InvariantCulture) : "")} {b.Open / 100m:G29} {b.High / 100m:G29} {b.Low / 100m:G29} {b.Close / 100m:G29} {b.Volume}{(hasAmount ? " " + b.Amount : "")}"));

    private static IEnumerable<string> Lines(Table table, bool hasAmount)
    {
        bool hasTimes = table.TryGetColumn("start_time", out Column? times);
        for (int row = 0; row < table.RowCount; row++)
        {
            object? V(string name) => table[name].GetValue(row) is decimal d ? d.ToString("0.########", CultureInfo.InvariantCulture) : table[name].GetValue(row);
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{V("symbol")} {V("trading_date"):yyyy-MM-dd} {(hasTimes ? times!.GetValue(row) : ""):HH:mm} {V("open")} {V("high")} {V("low")} {V("close")} {V("volume")}{(hasAmount ? " " + V("amount") : "")}");
        }
    }
}

using EasyQuant.Data;
using EasyQuant.Domain;

namespace EasyQuant.Core.Tests.Data.Import;

/// <summary>Tiny hand-written files, each with a fault that was seen in the wild.</summary>
public sealed class DirtyFileTests
{
    private static readonly ImportOptions s_options = new() { FindZone = TimeZoneInfo.FindSystemTimeZoneById, Symbol = Symbol.Parse("600000.SH") };

    [Theory]
    [InlineData("header-one-short.txt", CsvReasons.FieldCount, "Line 2")]
    [InlineData("time-instead-of-date.csv", CsvReasons.BadDate, "`11:34`")]
    [InlineData("utf-16.csv", CsvReasons.Encoding, "UTF-16")]
    [InlineData("no-encoding.csv", CsvReasons.Encoding, "Line 2")]
    [InlineData("ambiguous-dates.csv", CsvReasons.DateOrder, "month_first")]
    [InlineData("mixed-date-orders.csv", CsvReasons.BadDate, "1990")]
    [InlineData("quote-never-closed.csv", CsvReasons.UnclosedQuote, "Line 2")]
    [InlineData("mixed-adjustments.csv", CsvReasons.Adjusted, "adjustflag")]
    [InlineData("half-empty-prices.csv", CsvReasons.BadNumber, "1 of the four prices")]
    [InlineData("spreadsheet-error.csv", CsvReasons.BadNumber, "`#N/A`")]
    [InlineData("wide.csv", CsvReasons.MissingColumn, "open, high, low, close")]
    [InlineData("two-tickers.csv", CsvReasons.DuplicateColumn, "are both")]
    [InlineData("empty.csv", CsvReasons.Empty, "header")]
    public void Read_FaultThatCannotBeMended_IsNamed(string file, string reason, string message)
    {
        CsvException fault = Assert.Throws<CsvException>(() => Read(file, s_options));
        Assert.Equal(reason, fault.Reason);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("header-one-short.txt", 0, CsvReasons.FieldCount, 2)]
    [InlineData("time-instead-of-date.csv", 1, CsvReasons.BadDate, 1)]
    [InlineData("spreadsheet-error.csv", 1, CsvReasons.BadNumber, 1)]
    public void Read_BadRowsSkipped_TellsHowManyAndWhy(string file, int loaded, string reason, int skipped)
    {
        ParseReport report = Read(file, s_options with { SkipBadRows = true }).Report;
        Assert.Equal((loaded, skipped), ((int)report.RowsLoaded, (int)report.SkippedByReason[reason]));
        Assert.Contains(report.Issues, i => i.Reason == reason);
    }

    [Fact]
    public void Read_RepeatedHeaderNewestFirst_IsSortedAndReported()
    {
        ImportResult result = Read("newest-first-repeated-header.csv", s_options with { Symbol = null });
        Assert.Equal(["AAPL.US", "AAPL.US", "TSLA.US"], Enumerable.Range(0, 3).Select(i => result.Table["symbol"].GetValue(i)));
        Assert.Equal(new DateOnly(2016, 12, 29), result.Table["trading_date"].GetValue(0));
        Assert.Equal(1, result.Report.SkippedByReason[CsvReasons.RepeatedHeader]);
    }

    [Fact]
    public void Read_GbkTitleAndFooter_TellsAdjustmentAndSymbol()
    {
        ImportResult result = Read("gbk-title-and-footer.txt", s_options with { Symbol = null });
        Assert.Equal(("tdx_text", "forward", "gb18030"), (result.Profile.Name, result.Report.Adjustment, result.Report.Encoding));
        Assert.Equal("600000.SH", result.Table["symbol"].GetValue(0));
        Assert.Equal(1, result.Report.SkippedByReason[CsvReasons.FieldCount]);
        Assert.Contains(result.Report.Issues, i => i.Reason == CsvReasons.Adjusted);
    }

    [Fact]
    public void Read_NulBytes_AreLeftOutAndReported()
    {
        ImportResult result = Read("nul-bytes.csv", s_options with { Symbol = null });
        Assert.Equal(("RB2405.SHFE", 5L), (result.Table["symbol"].GetValue(0), result.Table["open_interest"].GetValue(0)));
        Assert.Contains(result.Report.Issues, i => i.Reason == CsvReasons.NulBytes);
    }

    [Fact]
    public void Read_SuspendedDays_AreLeftOutByReason()
    {
        ParseReport report = Read("suspended-days.csv", s_options).Report;
        Assert.Equal((1L, 1L, 1L), (report.RowsLoaded, report.SkippedByReason[CsvReasons.Suspended], report.SkippedByReason[CsvReasons.NoPrices]));
        Assert.Equal("none", report.Adjustment);
    }

    [Fact]
    public void Read_AdjustedPrices_SaysSo()
    {
        ParseReport report = Read("adjusted-prices.csv", s_options).Report;
        Assert.Equal("forward", report.Adjustment);
        Assert.Contains(report.Issues, i => i.Reason == CsvReasons.Adjusted);
    }

    [Fact]
    public void Read_FaultsInTheBars_AreCounted()
    {
        Assert.Equal(2, Read("low-above-open.csv", s_options).Report.OhlcBreachCount);
        Assert.Equal(1, Read("zero-volume.csv", s_options).Report.ZeroVolumeCount);
        Assert.Equal(1, Read("repeated-days.csv", s_options).Report.DuplicateCount);
        Assert.Equal(3, Read("float-noise.csv", s_options).Report.RoundedCount);
    }

    [Fact]
    public void Read_SemicolonsThousandsAndDayFirst_AreUnderstood()
    {
        Table thousands = Read("semicolon-thousands.csv", s_options).Table;
        Assert.Equal((1234.5m, 12_345_600L), (thousands["open"].GetValue(0), thousands["volume"].GetValue(0)));
        Table days = Read("day-first-dates.csv", s_options).Table;
        Assert.Equal([new DateOnly(1990, 1, 2), new DateOnly(1990, 1, 31)], [days["trading_date"].GetValue(0), days["trading_date"].GetValue(1)]);
        Table asked = Read("ambiguous-dates.csv", s_options with { DateOrder = CsvDateOrder.DayFirst }).Table;
        Assert.Equal(new DateOnly(1990, 2, 1), asked["trading_date"].GetValue(0));
    }

    private static ImportResult Read(string name, ImportOptions options) =>
        BarImport.Read(name, new MemoryFiles().Add(name, File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Data", "Import", "Dirty", name))), options);
}

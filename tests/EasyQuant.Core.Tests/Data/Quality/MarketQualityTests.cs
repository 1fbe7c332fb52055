using EasyQuant.Data;
using EasyQuant.Domain;

namespace EasyQuant.Core.Tests.Data.Quality;

public sealed class MarketQualityTests
{
    private static readonly TradingCalendar s_january = ExchangeCalendar.China.Days(new DateOnly(2024, 1, 2), new DateOnly(2024, 1, 31));

    private static readonly InstrumentFacts s_listed = InstrumentFacts.Of(Symbol.Parse("600000.SH")) with { ListDate = new DateOnly(1999, 11, 10) };

    [Fact]
    public void Clean_DayMissingEverywhere_IsAGapOfTheCalendarOnly()
    {
        Table bars = Bars("2024-01-02,10,10,10,10", "2024-01-04,10,10,10,10");
        Assert.Equal(0, DataQuality.Clean(bars, new QualityOptions()).Report.Total.GapCount);
        QualityReport report = DataQuality.Clean(bars, new QualityOptions { Calendar = s_january }).Report;
        Assert.Equal((1L, 1L, 3), (report.Total.GapCount, report.Total.MissingDayCount, report.CalendarDayCount));
        Assert.Equal(new DateOnly(2024, 1, 3), Assert.Single(report.Findings).TradingDate);
    }

    [Fact]
    public void Clean_AnnouncedSuspension_IsNoGap()
    {
        Table bars = Bars("2024-01-02,10,10,10,10", "2024-01-08,10,10,10,10");
        InstrumentFacts facts = s_listed with { Suspensions = [new DateRange(new DateOnly(2024, 1, 3), new DateOnly(2024, 1, 4))] };
        QualityReport report = DataQuality.Clean(bars, new QualityOptions { Calendar = s_january, Facts = [facts] }).Report;
        Assert.Equal((1L, 1L), (report.Total.GapCount, report.Total.MissingDayCount));
        Assert.Equal(new DateOnly(2024, 1, 5), Assert.Single(report.Findings).TradingDate);
    }

    [Fact]
    public void Clean_WeekendBar_IsOutsideTheCalendar()
    {
        QualityReport report = DataQuality.Clean(Bars("2024-01-05,10,10,10,10", "2024-01-06,10,10,10,10"), new QualityOptions { Calendar = s_january }).Report;
        Assert.Equal(1, report.Total.OutsideCalendarCount);
        Assert.True(report.Score < 1);
    }

    [Theory]
    [InlineData("2024-01-03,11,11.00,10.5,11", 0)]
    [InlineData("2024-01-03,11,11.01,10.5,11", 0)]
    [InlineData("2024-01-03,11,11.02,10.5,11", 1)]
    [InlineData("2024-01-03,9,9,8.98,9", 1)]
    [InlineData("2024-01-04,20,20,20,20", 0)]
    public void Clean_BeyondTheLimitByMoreThanATick_IsReportedWithItsRule(string second, int breaches)
    {
        QualityReport report = DataQuality.Clean(
            Bars("2024-01-02,10,10,10,10", second), new QualityOptions { Calendar = s_january, Facts = [s_listed], Rules = RuleBook.China, OutlierReturn = 9 }).Report;
        Assert.Equal(breaches, report.Total.LimitBreachCount);
        Assert.True(breaches == 0 || report.Findings.Any(f => f.Kind == QualityKind.LimitBreach && f.Detail.Contains("limit of", StringComparison.Ordinal)));
    }

    [Fact]
    public void Clean_SpecialTreatmentAndExDate_JudgedByTheirOwnLimit()
    {
        Table bars = Bars("2024-01-02,10,10,10,10", "2024-01-03,10.6,10.6,10.6,10.6");
        InstrumentFacts special = s_listed with { SpecialTreatment = [new DateRange(new DateOnly(2023, 1, 1), DateOnly.MaxValue)] };
        InstrumentFacts split = s_listed with { Factors = [new AdjustmentFactor(new DateOnly(2024, 1, 3), 2_000_000_000_000)] };
        QualityOptions options = new() { Calendar = s_january, Rules = RuleBook.China };
        Assert.Equal(1, DataQuality.Clean(bars, options with { Facts = [special] }).Report.Total.LimitBreachCount);
        Assert.Equal(0, DataQuality.Clean(bars, options with { Facts = [s_listed] }).Report.Total.LimitBreachCount);
        Table halved = Bars("2024-01-02,10,10,10,10", "2024-01-03,5,5,5,5");
        Assert.Equal(1, DataQuality.Clean(halved, options with { Facts = [s_listed] }).Report.Total.LimitBreachCount);
        Assert.Equal(0, DataQuality.Clean(halved, options with { Facts = [split] }).Report.Total.LimitBreachCount);
    }

    [Fact]
    public void Clean_LimitPolicyError_Blocks()
    {
        QualityOptions options = new() { Calendar = s_january, Facts = [s_listed], Rules = RuleBook.China, LimitBreaches = BadBarPolicy.Error, OutlierReturn = 9 };
        Assert.Equal([QualityKind.LimitBreach], DataQuality.Clean(Bars("2024-01-02,10,10,10,10", "2024-01-03,20,20,20,20"), options).Report.BlockedBy);
    }

    [Theory]
    [InlineData("2024-01-09", 0)]
    [InlineData("2024-01-10", 1)]
    public void Clean_LastBarTooOld_IsStale(string asOf, int stale)
    {
        QualityOptions options = new() { Calendar = s_january, AsOf = DateOnly.Parse(asOf, null), StaleAfterDays = 5 };
        Table bars = Bars("2024-01-02,10,10,10,10");
        Assert.Equal(stale, DataQuality.Clean(bars, options).Report.Total.StaleCount);
        InstrumentFacts gone = s_listed with { DelistDate = new DateOnly(2024, 1, 2) };
        Assert.Equal(0, DataQuality.Clean(bars, options with { Facts = [gone] }).Report.Total.StaleCount);
    }

    private static Table Bars(params string[] rows) => CsvBars.Read(
        System.Text.Encoding.UTF8.GetBytes("symbol,date,open,high,low,close,volume\n" + string.Concat(rows.Select(r => $"600000.SH,{r},100\n"))), new CsvBarOptions()).Table;
}

using System.Text;
using EasyQuant.Domain;

namespace EasyQuant.Core.Tests.Domain;

public sealed class RuleBookTests
{
    private static readonly RuleBook s_book = RuleBook.China;

    [Theory]
    [InlineData("2007-05-29", null)]
    [InlineData("2007-05-30", "stamp-duty.2007")]
    [InlineData("2008-04-24", "stamp-duty.2008-04")]
    [InlineData("2008-09-18", "stamp-duty.2008-04")]
    [InlineData("2008-09-19", "stamp-duty.2008-09")]
    [InlineData("2023-08-27", "stamp-duty.2008-09")]
    [InlineData("2023-08-28", "stamp-duty.2023")]
    public void StampDuty_AroundEffectiveDates_ChangesOnTheDay(string date, string? id) =>
        Assert.Equal(id, s_book.StampDuty(Board.Main, DateOnly.Parse(date, null))?.Id);

    [Theory]
    [InlineData(Board.ChiNext, "2020-08-21", 100_000)]
    [InlineData(Board.ChiNext, "2020-08-24", 200_000)]
    [InlineData(Board.Star, "2024-01-02", 200_000)]
    [InlineData(Board.Bse, "2024-01-02", 300_000)]
    [InlineData(Board.Main, "2024-01-02", 100_000)]
    public void PriceLimit_BoardAndDate_GivesTheRow(Board board, string date, long ppm) =>
        Assert.Equal(ppm, s_book.PriceLimit(board, DateOnly.Parse(date, null))!.LimitPpm);

    // Dates and values: the exchanges' and ministries' circulars that the rows name.
    [Theory]
    [InlineData(Board.Main, "2013-12-31", null)]
    [InlineData(Board.Main, "2014-01-01", "new-listing.main.2014")]
    [InlineData(Board.Main, "2023-04-09", "new-listing.main.2014")]
    [InlineData(Board.Main, "2023-04-10", "new-listing.main.2023")]
    [InlineData(Board.ChiNext, "2020-08-23", null)]
    [InlineData(Board.ChiNext, "2020-08-24", "new-listing.chinext.2020")]
    [InlineData(Board.Star, "2019-07-22", "new-listing.star.2019")]
    [InlineData(Board.Bse, "2021-11-15", "new-listing.bse.2021")]
    public void NewListing_AroundEffectiveDates_ChangesOnTheDay(Board board, string date, string? id) =>
        Assert.Equal(id, s_book.NewListing(board, DateOnly.Parse(date, null))?.Id);

    [Theory]
    [InlineData("2015-07-31", "transfer-fee.sh.2012-09")]
    [InlineData("2015-08-01", "transfer-fee.2015")]
    [InlineData("2022-04-28", "transfer-fee.2015")]
    [InlineData("2022-04-29", "transfer-fee.2022")]
    public void TransferFee_AroundEffectiveDates_ChangesOnTheDay(string date, string id) =>
        Assert.Equal(id, s_book.TransferFee(Board.Main, DateOnly.Parse(date, null))!.Id);

    [Theory]
    [InlineData(Board.Main, 100, 100, 100)]
    [InlineData(Board.ChiNext, 100, 100, 100)]
    [InlineData(Board.Star, 200, 1, 100)]
    [InlineData(Board.Bse, 100, 1, 100)]
    [InlineData(Board.Fund, 100, 100, 10)]
    [InlineData(Board.BShare, 100, 100, 10)]
    public void LotAndTick_OfABoard_AreThoseOfTheTable(Board board, long minimum, long step, long tick)
    {
        LotRule lot = s_book.Lot(board, new DateOnly(2024, 1, 2))!;
        Assert.Equal((minimum, step, tick), (lot.Minimum, lot.Step, s_book.Tick(board, new DateOnly(2024, 1, 2))!.Tick.Units));
    }

    [Theory]
    [InlineData("2012-12-31", "2013-01-15", "2014-02-01", null)]
    [InlineData("2015-09-07", "2015-08-07", "2015-09-07", 200_000L)]
    [InlineData("2015-09-07", "2014-09-07", "2015-09-07", 100_000L)]
    [InlineData("2015-09-07", "2014-09-06", "2015-09-07", 50_000L)]
    [InlineData("2015-09-08", "2015-08-08", "2015-09-08", 200_000L)]
    [InlineData("2015-09-08", "2015-08-07", "2015-09-08", 100_000L)]
    [InlineData("2015-09-08", "2014-09-08", "2015-09-08", 100_000L)]
    [InlineData("2015-09-08", "2014-09-07", "2015-09-08", 0L)]
    public void DividendTax_HeldUpToAMonthAYearOrLonger_HasItsRate(string recordDate, string bought, string sold, long? ppm) =>
        Assert.Equal(ppm, s_book.DividendTax(Board.Main, DateOnly.Parse(recordDate, null))?.RatePpm(DateOnly.Parse(bought, null), DateOnly.Parse(sold, null)));

    [Theory]
    [InlineData("2024-01-02", 50_000)]
    [InlineData("2026-07-06", 100_000)]
    public void PriceLimit_SpecialTreatment_HasRowsOfItsOwn(string date, long ppm) =>
        Assert.Equal(ppm, s_book.PriceLimit(Board.Main, DateOnly.Parse(date, null), isSpecialTreatment: true)!.LimitPpm);

    [Fact]
    public void PriceLimit_Index_HasNone() => Assert.Null(s_book.PriceLimit(Board.Index, new DateOnly(2024, 1, 2)));

    [Theory]
    [InlineData("10.05", "11.06", "9.05")]
    [InlineData("9.99", "10.99", "8.99")]
    [InlineData("3.35", "3.69", "3.02")]
    public void Limits_Reference_AreRoundedHalfUpToTheTick(string reference, string upper, string lower)
    {
        PriceLimitRule rule = s_book.PriceLimit(Board.Main, new DateOnly(2024, 1, 2))!;
        Assert.Equal(upper, rule.Upper(Price.Parse(reference), new Price(100)).ToString());
        Assert.Equal(lower, rule.Lower(Price.Parse(reference), new Price(100)).ToString());
    }

    [Fact]
    public void Rules_All_HaveSourceAndDate()
    {
        Assert.True(s_book.Rules.Length > 20);
        Assert.All(s_book.Rules, rule => Assert.True(rule.Source.Length > 5 && rule.EffectiveFrom.Year > 1980 && rule.Boards.Length > 0));
    }

    [Theory]
    [InlineData("\"kind\":\"x\"", "unknown kind \"x\"")]
    [InlineData("\"boards\":[\"moon\"]", "unknown board \"moon\"")]
    [InlineData("\"effective_from\":\"1.1.2020\"", "effective_from \"1.1.2020\"")]
    [InlineData("\"confidence\":\"?\"", "confidence \"?\"")]
    public void Parse_WrongRow_NamesTheRow(string change, string message)
    {
        string row = """{"id":"r1","kind":"settlement","boards":["main"],"effective_from":"2020-01-01","source":"s","confidence":"high","share_days":1}""";
        string field = change.Split(':')[0];
        int start = row.IndexOf(field, StringComparison.Ordinal);
        int end = row.IndexOf(field == "\"boards\"" ? "]," : "\",", start, StringComparison.Ordinal) + 1;
        string json = $$"""{"version":"v","rules":[{{row[..start]}}{{change}}{{row[end..]}}]}""";
        FormatException exception = Assert.Throws<FormatException>(() => RuleBookJson.Parse(Encoding.UTF8.GetBytes(json)));
        Assert.Contains("Rule \"r1\"", exception.Message, StringComparison.Ordinal);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Book_TwoRowsOfOneDay_IsRefused()
    {
        SettlementRule one = new("a", [Board.Main], new DateOnly(2020, 1, 1), "s", RuleConfidence.High, 1);
        Assert.Throws<ArgumentException>(() => new RuleBook("v", [one, one with { Id = "b" }]));
        Assert.Throws<ArgumentException>(() => new RuleBook("v", [one, one]));
    }
}

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

using EasyQuant.Domain;

namespace EasyQuant.Core.Tests.Domain;

public sealed class TradingCalendarTests
{
    private static readonly TradingCalendar s_calendar = TradingCalendar.FromDays(
        [new(2024, 1, 5), new(2024, 1, 2), new(2024, 1, 3), new(2024, 1, 5)]);

    [Fact]
    public void Days_AnyOrder_AscendOnce() =>
        Assert.Equal([new(2024, 1, 2), new(2024, 1, 3), new DateOnly(2024, 1, 5)], s_calendar.Days.ToArray());

    [Fact]
    public void Neighbours_InsideAndOutside_AreStrict()
    {
        Assert.Equal(new DateOnly(2024, 1, 5), s_calendar.NextAfter(new DateOnly(2024, 1, 3)));
        Assert.Equal(new DateOnly(2024, 1, 5), s_calendar.NextAfter(new DateOnly(2024, 1, 4)));
        Assert.Null(s_calendar.NextAfter(new DateOnly(2024, 1, 5)));
        Assert.Equal(new DateOnly(2024, 1, 3), s_calendar.PreviousBefore(new DateOnly(2024, 1, 4)));
        Assert.Null(s_calendar.PreviousBefore(new DateOnly(2024, 1, 2)));
    }

    [Theory]
    [InlineData("2024-01-02", "2024-01-05", 3)]
    [InlineData("2024-01-03", "2024-01-04", 1)]
    [InlineData("2024-01-04", "2024-01-04", 0)]
    [InlineData("2024-01-05", "2024-01-02", 0)]
    public void CountBetween_BothEnds_AreIncluded(string first, string last, int count) =>
        Assert.Equal(count, s_calendar.CountBetween(DateOnly.Parse(first, null), DateOnly.Parse(last, null)));

    [Fact]
    public void IndexOf_UnknownDay_IsMinusOne()
    {
        Assert.Equal(-1, s_calendar.IndexOf(new DateOnly(2024, 1, 4)));
        Assert.Equal(-1, s_calendar.IndexOf(new DateOnly(2025, 1, 4)));
        Assert.Equal(1, s_calendar.IndexOf(new DateOnly(2024, 1, 3)));
    }
}

using EasyQuant.Domain;

namespace EasyQuant.Core.Tests.Domain;

public sealed class ExchangeCalendarTests
{
    [Theory]
    [InlineData(2001, 240)]
    [InlineData(2008, 246)]
    [InlineData(2019, 244)]
    [InlineData(2020, 243)]
    [InlineData(2021, 243)]
    [InlineData(2022, 242)]
    [InlineData(2023, 242)]
    [InlineData(2024, 242)]
    [InlineData(2025, 243)]
    public void China_KnownYear_HasItsTradingDays(int year, int count) =>
        Assert.Equal(count, ExchangeCalendar.China.Days(new DateOnly(year, 1, 1), new DateOnly(year, 12, 31)).Count);

    [Theory]
    [InlineData("2024-02-09", false)]
    [InlineData("2024-02-18", false)]
    [InlineData("2024-02-19", true)]
    [InlineData("2020-01-31", false)]
    [InlineData("2020-02-03", true)]
    [InlineData("2024-05-11", false)]
    [InlineData("2025-10-08", false)]
    [InlineData("2025-10-09", true)]
    public void China_HolidayOrWeekendWorkingDay_IsClosed(string day, bool isOpen) =>
        Assert.Equal(isOpen, ExchangeCalendar.China.IsTradingDay(DateOnly.Parse(day, null)));

    [Fact]
    public void China_DayOutsideTheKnownYears_IsRefusedNotGuessed()
    {
        ArgumentOutOfRangeException fault = Assert.Throws<ArgumentOutOfRangeException>(() => ExchangeCalendar.China.IsTradingDay(ExchangeCalendar.China.Last.AddDays(1)));
        Assert.Contains("known from 2000-02-14", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 240, "09:30", "14:59")]
    [InlineData(5, 48, "09:30", "14:55")]
    [InlineData(60, 4, "09:30", "14:00")]
    public void BarStarts_SessionsOfChina_AreCutIntoBars(int minutes, int count, string first, string last)
    {
        TimeOnly[] starts = [.. ExchangeCalendar.China.BarStarts(minutes)];
        Assert.Equal((count, TimeOnly.Parse(first, null), TimeOnly.Parse(last, null)), (starts.Length, starts[0], starts[^1]));
        Assert.DoesNotContain(starts, t => t >= new TimeOnly(11, 30) && t < new TimeOnly(13, 0));
    }

    [Theory]
    [InlineData("""{"calendar":"easyquant/calendar/9"}""", "easyquant/calendar/1")]
    [InlineData("""{"calendar":"easyquant/calendar/1"}""", "cannot be read")]
    [InlineData("""{"calendar":"easyquant/calendar/1","exchange":"X","zone":"UTC","first":"2024-01-01","last":"2024-12-31","sessions":[{"kind":"continuous","start":"10:00","end":"09:00"}],"closures":{}}""", "session 1")]
    public void Parse_BadText_SaysWhere(string json, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => ExchangeCalendar.Parse(System.Text.Encoding.UTF8.GetBytes(json))).Message, StringComparison.Ordinal);
}

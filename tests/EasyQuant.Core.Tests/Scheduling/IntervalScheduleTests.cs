using EasyQuant.Scheduling;
using Xunit;

namespace EasyQuant.Core.Tests.Scheduling;

public sealed class IntervalScheduleTests
{
    [Theory]
    [InlineData(60, 0, "2024-01-01T00:00:00Z", "2024-01-01T00:01:00Z")]
    [InlineData(60, 0, "2024-01-01T00:00:59Z", "2024-01-01T00:01:00Z")]
    [InlineData(3600, 300, "2024-01-01T00:04:59Z", "2024-01-01T00:05:00Z")]
    [InlineData(3600, 300, "2024-01-01T00:05:00Z", "2024-01-01T01:05:00Z")]
    [InlineData(60, 0, "1969-12-31T23:58:30Z", "1969-12-31T23:59:00Z")]
    public void Next_AfterAnInstant_IsTheNextOnTheGrid(int seconds, int phase, string after, string expected)
    {
        var schedule = new IntervalSchedule(TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(phase));

        Assert.Equal(expected, Zones.Text(schedule.Next(Zones.Instant(after))!.Value));
    }

    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(60, 60)]
    [InlineData(60, -1)]
    [InlineData(367 * 86400, 0)]
    public void Interval_OutOfRange_IsRefused(double seconds, double phase)
    {
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new IntervalSchedule(TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(phase)));
    }

    [Fact]
    public void Jitter_OfTheSameSeedAndTime_IsTheSameAndSpreadsOverTheRange()
    {
        DateTimeOffset nominal = Zones.Instant("2024-01-01T00:00:00Z");
        TimeSpan max = TimeSpan.FromSeconds(10);
        List<TimeSpan> delays = [.. Enumerable.Range(0, 1000).Select(seed => Jitter.Delay(seed, nominal, max))];

        Assert.Equal(delays, Enumerable.Range(0, 1000).Select(seed => Jitter.Delay(seed, nominal, max)));
        Assert.All(delays, delay => Assert.InRange(delay, TimeSpan.Zero, max - TimeSpan.FromTicks(1)));
        Assert.InRange(delays.Average(delay => delay.TotalSeconds), 4, 6);
        Assert.Equal(TimeSpan.Zero, Jitter.Delay(1, nominal, TimeSpan.Zero));
    }

    [Fact]
    public void Rule_WithCalendarAndRange_PreviewsAdmittedTimesOnly()
    {
        TimeZoneInfo shanghai = Zones.Get("Asia/Shanghai");
        var calendar = new DateFilter("SSE", [new(2024, 2, 8), new(2024, 2, 19)], new(2024, 2, 1), new(2024, 2, 29));
        ScheduleRule rule = ScheduleRule.Cron(CronExpression.Parse("0 9 * * 1-5"), shanghai, calendar)
            .Between(Zones.Instant("2024-02-01T00:00:00Z"), Zones.Instant("2024-03-02T00:00:00Z"));

        Assert.Equal(
            ["2024-02-08T01:00:00Z", "2024-02-19T01:00:00Z", "2024-03-01T01:00:00Z"],
            rule.Preview(Zones.Instant("2020-01-01T00:00:00Z"), 10).Select(Zones.Text));
    }

    [Fact]
    public void Backfill_OfARange_ListsItsTimesUpToTheBound()
    {
        ScheduleRule rule = ScheduleRule.Cron(CronExpression.Parse("@daily"), TimeZoneInfo.Utc, null);
        DateTimeOffset start = Zones.Instant("2024-01-01T00:00:00Z");

        Assert.True(rule.TryBackfill(start, start.AddDays(3), 3, out IReadOnlyList<DateTimeOffset> all));
        Assert.Equal([start, start.AddDays(1), start.AddDays(2)], all);
        Assert.False(rule.TryBackfill(start, start.AddDays(3), 2, out IReadOnlyList<DateTimeOffset> bounded));
        Assert.Equal(2, bounded.Count);
    }
}

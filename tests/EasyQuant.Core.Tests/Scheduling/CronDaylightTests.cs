using EasyQuant.Scheduling;
using Xunit;

namespace EasyQuant.Core.Tests.Scheduling;

public sealed class CronDaylightTests
{
    public static TheoryData<string, string, string, string[]> Cases => new()
    {
        // New York: 2024-03-10 02:00 -> 03:00 at 07:00Z; 2024-11-03 02:00 -> 01:00 at 06:00Z.
        { "America/New_York", "30 2 * * *", "2024-03-09T12:00:00Z", ["2024-03-10T07:00:00Z", "2024-03-11T06:30:00Z"] },
        { "America/New_York", "0 3 * * *", "2024-03-09T12:00:00Z", ["2024-03-10T07:00:00Z", "2024-03-11T07:00:00Z"] },
        { "America/New_York", "0 2,3 * * *", "2024-03-10T06:00:00Z", ["2024-03-10T07:00:00Z", "2024-03-11T06:00:00Z"] },
        { "America/New_York", "*/30 * * * *", "2024-03-10T06:00:00Z", ["2024-03-10T06:30:00Z", "2024-03-10T07:00:00Z", "2024-03-10T07:30:00Z"] },
        { "America/New_York", "15-45/15 2 * * *", "2024-03-10T06:00:00Z", ["2024-03-11T06:15:00Z", "2024-03-11T06:30:00Z"] },
        { "America/New_York", "30 1 * * *", "2024-11-03T00:00:00Z", ["2024-11-03T05:30:00Z", "2024-11-04T06:30:00Z"] },
        { "America/New_York", "30 * * * *", "2024-11-03T05:00:00Z", ["2024-11-03T05:30:00Z", "2024-11-03T06:30:00Z", "2024-11-03T07:30:00Z"] },
        { "America/New_York", "*/20 1 * * *", "2024-11-03T04:59:00Z", ["2024-11-03T05:00:00Z", "2024-11-03T05:20:00Z", "2024-11-03T05:40:00Z", "2024-11-03T06:00:00Z", "2024-11-03T06:20:00Z", "2024-11-03T06:40:00Z", "2024-11-04T06:00:00Z"] },
        { "America/New_York", "30 1 * * *", "2024-11-03T06:10:00Z", ["2024-11-04T06:30:00Z"] },
        // London: 2024-03-31 01:00 -> 02:00 at 01:00Z; 2024-10-27 02:00 -> 01:00 at 01:00Z.
        { "Europe/London", "30 1 * * *", "2024-03-30T12:00:00Z", ["2024-03-31T01:00:00Z", "2024-04-01T00:30:00Z"] },
        { "Europe/London", "30 1 * * *", "2024-10-26T12:00:00Z", ["2024-10-27T00:30:00Z", "2024-10-28T01:30:00Z"] },
        { "Europe/London", "*/30 1 * * *", "2024-10-26T23:59:00Z", ["2024-10-27T00:00:00Z", "2024-10-27T00:30:00Z", "2024-10-27T01:00:00Z", "2024-10-27T01:30:00Z", "2024-10-28T01:00:00Z"] },
        // Kolkata: +5:30 the whole year.
        { "Asia/Kolkata", "0 9 * * *", "2024-03-30T12:00:00Z", ["2024-03-31T03:30:00Z", "2024-04-01T03:30:00Z"] },
        // Lord Howe: half an hour; 2024-10-06 02:00 -> 02:30 at 2024-10-05T15:30Z; 2024-04-07 02:00 -> 01:30 at 2024-04-06T15:00Z.
        { "Australia/Lord_Howe", "15 2 * * *", "2024-10-05T00:00:00Z", ["2024-10-05T15:30:00Z", "2024-10-06T15:15:00Z"] },
        { "Australia/Lord_Howe", "45 1 * * *", "2024-04-06T00:00:00Z", ["2024-04-06T14:45:00Z", "2024-04-07T15:15:00Z"] },
        { "Australia/Lord_Howe", "*/15 1 * * *", "2024-04-06T14:20:00Z", ["2024-04-06T14:30:00Z", "2024-04-06T14:45:00Z", "2024-04-06T15:00:00Z", "2024-04-06T15:15:00Z", "2024-04-07T14:30:00Z"] },
        // Shanghai: no change of clocks.
        { "Asia/Shanghai", "0 9 * * 1-5", "2024-05-31T00:59:59Z", ["2024-05-31T01:00:00Z", "2024-06-03T01:00:00Z", "2024-06-04T01:00:00Z"] },
        // Santiago changes at midnight: 2024-09-08 00:00 -> 01:00 at 04:00Z; 2024-04-07 00:00 -> 2024-04-06 23:00 at 03:00Z.
        { "America/Santiago", "0 0 * * *", "2024-09-07T12:00:00Z", ["2024-09-08T04:00:00Z", "2024-09-09T03:00:00Z"] },
        { "America/Santiago", "30 0 * * SUN", "2024-09-07T12:00:00Z", ["2024-09-08T04:00:00Z", "2024-09-15T03:30:00Z"] },
        { "America/Santiago", "30 23 6 4 *", "2024-04-06T12:00:00Z", ["2024-04-07T02:30:00Z", "2025-04-07T03:30:00Z"] },
        { "America/Santiago", "30 * 6 4 *", "2024-04-07T02:00:00Z", ["2024-04-07T02:30:00Z", "2024-04-07T03:30:00Z"] },
        // A leap day.
        { "Asia/Shanghai", "0 0 29 2 *", "2024-02-28T16:00:00Z", ["2028-02-28T16:00:00Z"] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void NextOccurrence_WhenClocksChange_FollowsTheTable(string zone, string text, string after, string[] expected)
    {
        IReadOnlyList<DateTimeOffset> found =
            CronExpression.Parse(text).NextOccurrences(Zones.Instant(after), Zones.Get(zone), expected.Length);

        Assert.Equal(expected, found.Select(Zones.Text));
    }
}

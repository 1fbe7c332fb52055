using EasyQuant.Scheduling;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace EasyQuant.Core.Tests.Scheduling;

public sealed class CronOracleTests
{
    public static TheoryData<string> ZoneNames => new(Zones.All);

    [Theory]
    [MemberData(nameof(ZoneNames))]
    public void Occurrences_OverTwoYears_EqualBruteForceMinuteByMinute(string zoneName)
    {
        TimeZoneInfo zone = Zones.Get(zoneName);
        var oracle = new CronOracle(zone);

        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var sample = CronSample.Draw(seed);
            List<DateTimeOffset> expected = oracle.Fire(sample);
            List<DateTimeOffset> actual = Enumerate(CronExpression.Parse(sample.Text), zone, 50_000);
            List<DateTimeOffset> wanted = expected.Count > 50_000 ? expected[..50_000] : expected;
            return wanted.SequenceEqual(actual).Label($"{sample.Text} in {zoneName}: {Difference(wanted, actual)}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(12));
    }

    [Theory]
    [MemberData(nameof(ZoneNames))]
    public void NextOccurrence_FromAnyMinuteNearAChange_IsTheFirstOfTheOracleAfterIt(string zoneName)
    {
        TimeZoneInfo zone = Zones.Get(zoneName);
        var oracle = new CronOracle(zone);
        DateTimeOffset[] changes = [.. Changes(zone)];

        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var sample = CronSample.Draw(seed);
            var expression = CronExpression.Parse(sample.Text);
            List<DateTimeOffset> expected = oracle.Fire(sample);
            foreach (DateTimeOffset change in changes)
            {
                for (int minute = -130; minute <= 130; minute += 7)
                {
                    DateTimeOffset after = change.AddMinutes(minute);
                    int index = expected.BinarySearch(after);
                    index = index < 0 ? ~index : index + 1;
                    if (index < expected.Count && expression.NextOccurrence(after, zone) != expected[index])
                    {
                        return false.Label($"{sample.Text} in {zoneName} after {after:O}: expected {expected[index]:O}");
                    }
                }
            }

            return true.Label("");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(12));
    }

    private static List<DateTimeOffset> Enumerate(CronExpression expression, TimeZoneInfo zone, int countMax)
    {
        var found = new List<DateTimeOffset>();
        DateTimeOffset after = CronOracle.Start.AddTicks(-1);
        while (found.Count < countMax && expression.NextOccurrence(after, zone) is { } next && next < CronOracle.End)
        {
            found.Add(next);
            after = next;
        }

        return found;
    }

    private static IEnumerable<DateTimeOffset> Changes(TimeZoneInfo zone)
    {
        for (DateTimeOffset hour = CronOracle.Start.AddDays(1); hour < CronOracle.End.AddDays(-1); hour = hour.AddMinutes(30))
        {
            if (zone.GetUtcOffset(hour) != zone.GetUtcOffset(hour.AddMinutes(-30)))
            {
                yield return hour;
            }
        }
    }

    private static string Difference(List<DateTimeOffset> expected, List<DateTimeOffset> actual)
    {
        int index = 0;
        while (index < expected.Count && index < actual.Count && expected[index] == actual[index])
        {
            index++;
        }

        string At(List<DateTimeOffset> list) => index < list.Count ? Zones.Text(list[index]) : "nothing";
        return $"at {index} expected {At(expected)}, was {At(actual)}";
    }
}

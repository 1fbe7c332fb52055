using System.Globalization;

namespace EasyQuant.Core.Tests.Scheduling;

/// <summary>A cron text together with the values that it admits, both made from the same draw.</summary>
internal sealed record CronSample(
    string Text, bool IsIntervalLike, bool[] Minutes, bool[] Hours, bool[] Days, bool[] Months, bool[] Weekdays, bool AnyDay, bool AnyWeekday)
{
    public static CronSample Draw(int seed)
    {
        var random = new Random(seed);
        (string minute, bool[] minutes, bool wideMinute) = Field(random, 0, 59, 0.2);
        (string hour, bool[] hours, bool wideHour) = Field(random, 0, 23, 0.25);
        (string day, bool[] days, _) = Field(random, 1, 31, 0.6);
        (string month, bool[] months, _) = Field(random, 1, 12, 0.7);
        (string weekday, bool[] weekdays, _) = Field(random, 0, 6, 0.5);
        return new CronSample(
            $"{minute} {hour} {day} {month} {weekday}", wideMinute || wideHour, minutes, hours, days, months, weekdays, day[0] == '*', weekday[0] == '*');
    }

    public bool Matches(DateTime local)
    {
        bool day = Days[local.Day];
        bool weekday = Weekdays[(int)local.DayOfWeek];
        bool date = AnyDay || AnyWeekday ? day && weekday : day || weekday;
        return date && Months[local.Month] && Hours[local.Hour] && Minutes[local.Minute];
    }

    public override string ToString() => Text;

    private static (string Text, bool[] Values, bool IsWide) Field(Random random, int first, int last, double anyShare)
    {
        var values = new bool[last + 1];
        string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
        int kind = random.NextDouble() < anyShare ? 0 : random.Next(1, 5);
        int from = random.Next(first, last + 1);
        int to = random.Next(from, last + 1);
        int step = random.Next(1, last - first);
        string text = kind switch
        {
            0 => "*",
            1 => "*/" + Number(step),
            2 => Number(from) + "-" + Number(to),
            3 => Number(from) + "-" + Number(to) + "/" + Number(step),
            _ => Number(from) + "," + Number(to),
        };
        (int low, int high, int by) = kind switch
        {
            0 => (first, last, 1),
            1 => (first, last, step),
            2 => (from, to, 1),
            3 => (from, to, step),
            _ => (from, to, Math.Max(1, to - from)),
        };
        for (int value = low; value <= high; value += by)
        {
            values[value] = true;
        }

        return (text, values, kind != 4);
    }
}

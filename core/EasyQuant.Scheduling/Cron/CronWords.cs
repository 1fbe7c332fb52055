using System.Globalization;

namespace EasyQuant.Scheduling;

/// <summary>Names and lists for sentences about cron rules.</summary>
internal static class CronWords
{
    /// <summary>Names of the months; index 0 is not used.</summary>
    public static readonly CronSentence[] Months =
    [
        new("", ""), new("January", "1月"), new("February", "2月"), new("March", "3月"), new("April", "4月"), new("May", "5月"),
        new("June", "6月"), new("July", "7月"), new("August", "8月"), new("September", "9月"), new("October", "10月"),
        new("November", "11月"), new("December", "12月"),
    ];

    /// <summary>Names of the days of the week; index 0 is Sunday.</summary>
    public static readonly CronSentence[] Days =
    [
        new("Sunday", "周日"), new("Monday", "周一"), new("Tuesday", "周二"), new("Wednesday", "周三"), new("Thursday", "周四"),
        new("Friday", "周五"), new("Saturday", "周六"),
    ];

    /// <summary>Returns the plain values of a field up to <paramref name="last"/>, rising.</summary>
    public static IReadOnlyList<int> Values(CronField field, int last)
    {
        var values = new List<int>();
        for (int value = field.NextFrom(0); value >= 0 && value <= last; value = field.NextFrom(value + 1))
        {
            values.Add(value);
        }

        return values;
    }

    /// <summary>Returns the step when the values are 0, step, 2 step ... through a whole unit of <paramref name="size"/>, otherwise null.</summary>
    public static int? Step(IReadOnlyList<int> values, int size)
    {
        if (values.Count < 2 || values[0] != 0)
        {
            return null;
        }

        int step = values[1];
        bool even = size % step == 0 && values.Count == size / step && values.Index().All(entry => entry.Item == entry.Index * step);
        return even ? step : null;
    }

    /// <summary>Writes a time of day, with seconds only when they are not zero.</summary>
    public static string Clock(int hour, int minute, int second) => second == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{hour:00}:{minute:00}")
        : string.Create(CultureInfo.InvariantCulture, $"{hour:00}:{minute:00}:{second:00}");

    /// <summary>Writes the values of a field, runs of three and more as ranges.</summary>
    public static CronSentence List(CronField field, CronSentence[]? names)
    {
        List<int> values = [.. Values(field, 63)];
        if (names == Days && values.Count > 1 && values[0] == 0 && values[^1] == 6)
        {
            // Weeks are told from Monday, so that 1-7 and FRI-MON stay one range.
            values = [.. values.Where(value => value != 0), 7];
        }

        var en = new List<string>();
        var zh = new List<string>();
        for (int index = 0; index < values.Count; index++)
        {
            int end = index;
            while (end + 1 < values.Count && values[end + 1] == values[end] + 1)
            {
                end++;
            }

            CronSentence first = Name(values[index], names);
            if (end - index >= 2)
            {
                CronSentence last = Name(values[end], names);
                en.Add(names is null ? $"{first.En}-{last.En}" : $"{first.En} to {last.En}");
                zh.Add(names is null ? $"{first.Zh}-{last.Zh}" : $"{first.Zh}至{last.Zh}");
                index = end;
            }
            else
            {
                en.Add(first.En);
                zh.Add(first.Zh);
            }
        }

        return new CronSentence(JoinEn(en), string.Join("、", zh));
    }

    /// <summary>Joins words with commas and "and".</summary>
    public static string JoinEn(IReadOnlyList<string> words) => words.Count < 2
        ? string.Concat(words)
        : string.Join(", ", words.SkipLast(1)) + " and " + words[^1];

    private static CronSentence Name(int value, CronSentence[]? names)
    {
        if (names is null)
        {
            string digits = value.ToString(CultureInfo.InvariantCulture);
            return new CronSentence(digits, digits);
        }

        return names[names == Days ? value % 7 : value];
    }
}

namespace EasyQuant.Scheduling;

/// <summary>What a cron rule means, in words.</summary>
/// <param name="En">English, for example "At 09:00, Monday to Friday".</param>
/// <param name="Zh">Chinese, for example "周一至周五 09:00".</param>
public sealed record CronSentence(string En, string Zh)
{
    /// <summary>Describes a cron rule.</summary>
    /// <param name="expression">The rule.</param>
    /// <returns>One sentence in each language, without a full stop and without the time zone.</returns>
    public static CronSentence Of(CronExpression expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        CronSentence time = Time(expression);
        CronSentence? days = Days(expression);
        CronSentence? months = expression.Month.IsStar && !expression.Month.Text.Contains('/', StringComparison.Ordinal)
            ? null
            : CronWords.List(expression.Month, CronWords.Months);
        string en = time.En;
        string zh = time.Zh;
        if (days is not null)
        {
            en += ", " + days.En;
        }

        if (months is not null)
        {
            en += ", in " + months.En;
        }

        string zhDays = (months?.Zh ?? "") + (days?.Zh ?? "");
        if (zhDays.Length > 0)
        {
            zh = zhDays + " " + zh;
        }
        else if (!expression.IsIntervalLike)
        {
            en += ", every day";
            zh = "每天 " + zh;
        }

        return new CronSentence(en, zh);
    }

    private static CronSentence Time(CronExpression rule)
    {
        IReadOnlyList<int> seconds = CronWords.Values(rule.Second, 59);
        IReadOnlyList<int> minutes = CronWords.Values(rule.Minute, 59);
        IReadOnlyList<int> hours = CronWords.Values(rule.Hour, 23);
        if ((long)seconds.Count * minutes.Count * hours.Count <= 6)
        {
            var times = new List<string>();
            foreach (int hour in hours)
            {
                foreach (int minute in minutes)
                {
                    times.AddRange(seconds.Select(second => CronWords.Clock(hour, minute, second)));
                }
            }

            return new CronSentence("At " + CronWords.JoinEn(times), string.Join("、", times));
        }

        var en = new List<string>();
        var zh = new List<string>();
        bool onlyZeroSecond = seconds is [0];
        if (!onlyZeroSecond)
        {
            Unit(rule.Second, seconds, 60, "second", "秒", en, zh);
        }

        bool minutesAll = minutes.Count == 60;
        if (!minutesAll || onlyZeroSecond)
        {
            Unit(rule.Minute, minutes, 60, "minute", "分钟", en, zh);
        }

        if (hours.Count == 24)
        {
            if (!minutesAll && CronWords.Step(minutes, 60) is null)
            {
                en.Add("of every hour");
                zh.Insert(0, "每小时");
            }
        }
        else if (CronWords.Step(hours, 24) is { } step)
        {
            en.Add($"every {step} hours");
            zh.Insert(0, $"每 {step} 小时");
        }
        else
        {
            CronSentence list = CronWords.List(rule.Hour, null);
            en.Add("during hour " + list.En);
            zh.Insert(0, list.Zh + " 点");
        }

        string sentence = string.Join(" ", en);
        return new CronSentence(char.ToUpperInvariant(sentence[0]) + sentence[1..], string.Join("", zh));
    }

    private static void Unit(CronField field, IReadOnlyList<int> values, int size, string en, string zh, List<string> ens, List<string> zhs)
    {
        int? step = CronWords.Step(values, size);
        if (step is { } every)
        {
            ens.Add(every == 1 ? $"every {en}" : $"every {every} {en}s");
            zhs.Add(every == 1 ? $"每{zh}" : $"每 {every} {zh}");
            return;
        }

        CronSentence list = CronWords.List(field, null);
        ens.Add($"at {en} {list.En}");
        zhs.Add($"第 {list.Zh} {zh}");
    }

    private static CronSentence? Days(CronExpression rule)
    {
        CronSentence? month = IsAny(rule.DayOfMonth) ? null : DayOfMonth(rule.DayOfMonth);
        CronSentence? week = IsAny(rule.DayOfWeek) ? null : DayOfWeek(rule.DayOfWeek);
        if (month is null || week is null)
        {
            return month ?? week;
        }

        bool either = !rule.DayOfMonth.IsStar && !rule.DayOfWeek.IsStar;
        return either
            ? new CronSentence($"{month.En} or {week.En}", $"{month.Zh}或{week.Zh}")
            : new CronSentence($"{month.En} and only on {week.En}", $"{month.Zh}且为{week.Zh}");
    }

    private static bool IsAny(CronField field) => field.Text is "*" or "?";

    private static CronSentence DayOfMonth(CronField field)
    {
        var en = new List<string>();
        var zh = new List<string>();
        if (field.Bits != 0)
        {
            CronSentence list = CronWords.List(field, null);
            en.Add("on day " + list.En + " of the month");
            zh.Add("每月 " + list.Zh + " 日");
        }

        for (int before = 0; before <= 30; before++)
        {
            if ((field.FromLastBits >> before & 1) != 0)
            {
                en.Add(before == 0 ? "on the last day of the month" : $"{before} days before the last day of the month");
                zh.Add(before == 0 ? "每月最后一天" : $"每月最后一天前 {before} 天");
            }
        }

        for (int day = 1; day <= 31; day++)
        {
            if ((field.NearestWeekdayBits >> day & 1) != 0)
            {
                en.Add($"on the weekday nearest to day {day} of the month");
                zh.Add($"每月最接近 {day} 日的工作日");
            }
        }

        if (field.HasLastWeekday)
        {
            en.Add("on the last weekday of the month");
            zh.Add("每月最后一个工作日");
        }

        return new CronSentence(string.Join(" or ", en), string.Join("或", zh));
    }

    private static CronSentence DayOfWeek(CronField field)
    {
        var en = new List<string>();
        var zh = new List<string>();
        if (field.Bits != 0)
        {
            CronSentence list = CronWords.List(field, CronWords.Days);
            en.Add(list.En);
            zh.Add(list.Zh);
        }

        for (int day = 0; day < 7; day++)
        {
            CronSentence name = CronWords.Days[day];
            if ((field.LastOfWeekBits >> day & 1) != 0)
            {
                en.Add($"on the last {name.En} of the month");
                zh.Add($"每月最后一个{name.Zh}");
            }

            for (int week = 1; week <= 5; week++)
            {
                if ((field.NthBits >> ((8 * week) + day) & 1) != 0)
                {
                    en.Add($"on {name.En} number {week} of the month");
                    zh.Add($"每月第 {week} 个{name.Zh}");
                }
            }
        }

        return new CronSentence(string.Join(" or ", en), string.Join("或", zh));
    }
}

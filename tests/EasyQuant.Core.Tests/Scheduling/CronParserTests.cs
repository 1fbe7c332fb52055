using EasyQuant.Scheduling;
using Xunit;

namespace EasyQuant.Core.Tests.Scheduling;

public sealed class CronParserTests
{
    [Theory]
    [InlineData("0 9 * * 1-5", "2024-05-31T09:00:00Z", "2024-06-03T09:00:00Z")]
    [InlineData("0 9 * * MON-FRI", "2024-05-31T09:00:00Z", "2024-06-03T09:00:00Z")]
    [InlineData("0 9 * * fri-mon", "2024-06-03T09:00:00Z", "2024-06-07T09:00:00Z")]
    [InlineData("0 0 * * 0", "2024-06-01T00:00:00Z", "2024-06-02T00:00:00Z")]
    [InlineData("0 0 * * 7", "2024-06-01T00:00:00Z", "2024-06-02T00:00:00Z")]
    [InlineData("0 0 * * 5-7", "2024-06-01T00:00:00Z", "2024-06-02T00:00:00Z")]
    [InlineData("*/15 * * * *", "2024-06-01T00:00:00Z", "2024-06-01T00:15:00Z")]
    [InlineData("5/20 * * * *", "2024-06-01T00:26:00Z", "2024-06-01T00:45:00Z")]
    [InlineData("*/10 * * * * *", "2024-06-01T00:00:55Z", "2024-06-01T00:01:00Z")]
    [InlineData("30 0 12 * * *", "2024-06-01T00:00:00Z", "2024-06-01T12:00:30Z")]
    [InlineData("0 22-2 * * *", "2024-06-01T02:00:00Z", "2024-06-01T22:00:00Z")]
    [InlineData("0 0 1 JAN,jul ?", "2024-02-01T00:00:00Z", "2024-07-01T00:00:00Z")]
    [InlineData("0 0 L * *", "2024-02-01T00:00:00Z", "2024-02-29T00:00:00Z")]
    [InlineData("0 0 L-3 * *", "2024-02-01T00:00:00Z", "2024-02-26T00:00:00Z")]
    [InlineData("0 0 LW * *", "2024-06-01T00:00:00Z", "2024-06-28T00:00:00Z")]
    [InlineData("0 0 15W * *", "2024-06-01T00:00:00Z", "2024-06-14T00:00:00Z")]
    [InlineData("0 0 1W * *", "2024-05-31T00:00:00Z", "2024-06-03T00:00:00Z")]
    [InlineData("0 0 * * 5L", "2024-06-01T00:00:00Z", "2024-06-28T00:00:00Z")]
    [InlineData("0 0 * * MON#2", "2024-06-01T00:00:00Z", "2024-06-10T00:00:00Z")]
    [InlineData("0 0 13 * 5", "2024-06-01T00:00:00Z", "2024-06-07T00:00:00Z")]
    [InlineData("0 0 29 2 *", "2096-02-29T00:00:00Z", "2104-02-29T00:00:00Z")]
    [InlineData("59 59 23 31 12 *", "2024-12-31T23:59:59Z", "2025-12-31T23:59:59Z")]
    [InlineData("@daily", "2024-06-01T00:00:00Z", "2024-06-02T00:00:00Z")]
    [InlineData("@hourly", "2024-06-01T00:00:00Z", "2024-06-01T01:00:00Z")]
    [InlineData("@weekly", "2024-06-01T00:00:00Z", "2024-06-02T00:00:00Z")]
    [InlineData("@monthly", "2024-06-01T00:00:00Z", "2024-07-01T00:00:00Z")]
    [InlineData("@yearly", "2024-06-01T00:00:00Z", "2025-01-01T00:00:00Z")]
    public void Expression_InUtc_NextIsExpected(string text, string after, string expected)
    {
        DateTimeOffset? next = CronExpression.Parse(text).NextOccurrence(Zones.Instant(after), TimeZoneInfo.Utc);

        Assert.Equal(expected, Zones.Text(next!.Value));
    }

    [Theory]
    [InlineData("60 * * * *", "minute", "The minute field takes 0-59, but was '60'.")]
    [InlineData("* 24 * * *", "hour", "The hour field takes 0-23, but was '24'.")]
    [InlineData("* * 0 * *", "day of month", "The day of month field takes 1-31 and the forms L, L-3, LW and 15W, but was '0'.")]
    [InlineData("* * * 13 *", "month", "The month field takes 1-12 or JAN-DEC, but was '13'.")]
    [InlineData("* * * * 8", "day of week", "The day of week field takes 0-7 (0 and 7 are Sunday) or SUN-SAT, and the forms 5L and 5#2, but was '8'.")]
    [InlineData("* * * * MONDAY", "day of week", "The day of week field takes 0-7 (0 and 7 are Sunday) or SUN-SAT, and the forms 5L and 5#2, but was 'MONDAY'.")]
    [InlineData("61 * * * * *", "second", "The second field takes 0-59, but was '61'.")]
    [InlineData("*/0 * * * *", "minute", "The minute field needs a step from 1 to 59 after '/', but was '*/0'.")]
    [InlineData("*/90 * * * *", "minute", "The minute field needs a step from 1 to 59 after '/', but was '*/90'.")]
    [InlineData("1,,2 * * * *", "minute", "The minute field has an empty entry in its list, but was '1,,2'.")]
    [InlineData("1-2-3 * * * *", "minute", "The minute field has more than one '-', but was '1-2-3'.")]
    [InlineData("-5 * * * *", "minute", "The minute field takes 0-59, but was '-5'.")]
    [InlineData("? * * * *", "minute", "The minute field does not take '?', which stands for 'any' in the two day fields only, but was '?'.")]
    [InlineData("* * * * 1#6", "day of week", "The day of week field needs a day (0-7 or SUN-SAT) before '#' and a week from 1 to 5 after it, but was '1#6'.")]
    [InlineData("* * 32W * *", "day of month", "The day of month field needs a day from 1 to 31 before 'W', but was '32W'.")]
    [InlineData("* * * * L", "day of week", "The day of week field needs a day (0-7 or SUN-SAT) before 'L', for example 5L for the last Friday of the month, but was 'L'.")]
    [InlineData("* * * *", "expression", "The expression takes 5 fields (minute hour day-of-month month day-of-week) or 6 (seconds first), but had 4: '* * * *'.")]
    [InlineData("", "expression", "The expression takes 5 fields (minute hour day-of-month month day-of-week) or 6 (seconds first), but had 0: ''.")]
    [InlineData("@reboot", "expression", "The expression takes the macros @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly, @every_minute and @every_second, but was '@reboot'.")]
    public void Text_ThatIsNoExpression_IsRefusedWithFieldRangeAndFinding(string text, string field, string message)
    {
        Assert.False(CronExpression.TryParse(text, out CronExpression? expression, out CronError? error));

        Assert.Null(expression);
        Assert.Equal((field, message), (error!.Field, error.Message));
        Assert.Equal(message, Assert.Throws<FormatException>(() => CronExpression.Parse(text)).Message);
    }

    [Theory]
    [InlineData("0 0 30 2 *")]
    [InlineData("0 0 31 4,6,9,11 *")]
    [InlineData("0 0 31W 2 *")]
    [InlineData("0 0 L-30 2 *")]
    public void Expression_ThatNeverMatches_HasNoNext(string text)
    {
        Assert.Null(CronExpression.Parse(text).NextOccurrence(Zones.Instant("2024-01-01T00:00:00Z"), Zones.Get("America/New_York")));
    }

    [Fact]
    public void NextOccurrence_AtTheEndOfTime_IsNull()
    {
        Assert.Null(CronExpression.Parse("@every_second").NextOccurrence(DateTimeOffset.MaxValue, TimeZoneInfo.Utc));
        Assert.Null(CronExpression.Parse("@yearly").NextOccurrence(Zones.Instant("9998-12-31T23:00:00Z"), Zones.Get("America/Santiago")));
    }

    [Fact]
    public void NextOccurrence_AfterAFractionOfASecond_IsTheNextWholeSecond()
    {
        DateTimeOffset after = Zones.Instant("2024-01-01T00:00:00Z").AddMilliseconds(400);

        Assert.Equal("2024-01-01T00:00:01Z", Zones.Text(CronExpression.Parse("* * * * * *").NextOccurrence(after, TimeZoneInfo.Utc)!.Value));
    }

    [Theory]
    [InlineData("0 9 * * 1-5", "At 09:00, Monday to Friday", "周一至周五 09:00")]
    [InlineData("30 15 * * *", "At 15:30, every day", "每天 15:30")]
    [InlineData("0 9,15 1 * *", "At 09:00 and 15:00, on day 1 of the month", "每月 1 日 09:00、15:00")]
    [InlineData("*/15 * * * *", "Every 15 minutes", "每 15 分钟")]
    [InlineData("* * * * *", "Every minute", "每分钟")]
    [InlineData("*/5 * * * * *", "Every 5 seconds", "每 5 秒")]
    [InlineData("30 * * * *", "At minute 30 of every hour", "每小时第 30 分钟")]
    [InlineData("*/5 9-14 * * 1-5", "Every 5 minutes during hour 9-14, Monday to Friday", "周一至周五 9-14 点每 5 分钟")]
    [InlineData("0 0 L * *", "At 00:00, on the last day of the month", "每月最后一天 00:00")]
    [InlineData("0 0 * * 5L", "At 00:00, on the last Friday of the month", "每月最后一个周五 00:00")]
    [InlineData("0 0 * * FRI-MON", "At 00:00, Monday and Friday to Sunday", "周一、周五至周日 00:00")]
    [InlineData("0 0 1 1 *", "At 00:00, on day 1 of the month, in January", "1月每月 1 日 00:00")]
    [InlineData("0 0 13 * 5", "At 00:00, on day 13 of the month or Friday", "每月 13 日或周五 00:00")]
    public void Sentence_OfARule_ReadsAsExpected(string text, string english, string chinese)
    {
        CronSentence sentence = CronSentence.Of(CronExpression.Parse(text));

        Assert.Equal((english, chinese), (sentence.En, sentence.Zh));
    }
}

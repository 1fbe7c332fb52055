using EasyQuant.Scheduling;

namespace EasyQuant.SchedulerService.Schedules;

/// <summary>When a schedule fires, as it is stored.</summary>
internal sealed record SchedulePlan
{
    public string? Cron { get; init; }

    public TimeSpan? Interval { get; init; }

    public string TimeZone { get; init; } = "UTC";

    public TimeSpan Offset { get; init; }

    public DateTimeOffset? StartTime { get; init; }

    public DateTimeOffset? EndTime { get; init; }

    public TimeSpan Jitter { get; init; }

    /// <summary>Builds the rule; the plan was validated when it was stored.</summary>
    public ScheduleRule ToRule()
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(TimeZone);
        ScheduleRule rule = Cron is not null
            ? ScheduleRule.Cron(CronExpression.Parse(Cron), zone, null)
            : ScheduleRule.Interval(new IntervalSchedule(Interval ?? TimeSpan.Zero, Offset), zone, null);
        return StartTime is null && EndTime is null ? rule : rule.Between(StartTime, EndTime);
    }
}

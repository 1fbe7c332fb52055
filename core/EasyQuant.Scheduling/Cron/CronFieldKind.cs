namespace EasyQuant.Scheduling;

/// <summary>The fields of a cron expression in the order in which they are written.</summary>
internal enum CronFieldKind
{
    Second,
    Minute,
    Hour,
    DayOfMonth,
    Month,
    DayOfWeek,
}

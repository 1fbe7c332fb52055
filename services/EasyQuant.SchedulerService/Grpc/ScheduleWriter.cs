using EasyQuant.Contracts.Run.V1;
using EasyQuant.Scheduling;
using EasyQuant.SchedulerService.Schedules;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Wire = EasyQuant.Contracts.Schedule.V1;

namespace EasyQuant.SchedulerService.Grpc;

/// <summary>Writes stored schedules and firings as messages.</summary>
internal static class ScheduleWriter
{
    private static readonly JsonParser s_parser = new(JsonParser.Settings.Default);

    public static Wire.Schedule Write(ScheduleRecord schedule)
    {
        ScheduleDefinition definition = schedule.Definition;
        return new Wire.Schedule
        {
            ScheduleId = schedule.ScheduleId.ToString(),
            Name = schedule.Name,
            Plan = Write(definition.Plan),
            WorkflowName = definition.WorkflowName,
            WorkflowVersion = definition.WorkflowVersion,
            Inputs = s_parser.Parse<Struct>(definition.Inputs),
            OverlapPolicy = (Wire.OverlapPolicy)((int)definition.Policy.Overlap + 1),
            CatchUpPolicy = (Wire.CatchUpPolicy)((int)definition.Policy.CatchUp + 1),
            CatchUpWindow = Duration.FromTimeSpan(definition.Policy.CatchUpWindow),
            CatchUpCountMax = definition.Policy.CatchUpCountMax,
            MisfireGrace = Duration.FromTimeSpan(definition.Policy.MisfireGrace),
            PauseAfterFailures = definition.Policy.PauseAfterFailures,
            Paused = schedule.IsPausedNow,
            PauseCause = schedule.IsPausedNow ? schedule.PauseCause : "",
            PauseUntilTime = schedule.IsPausedNow ? Time(schedule.PauseUntil) : null,
            NextFireTime = schedule.IsPausedNow ? null : Time(schedule.NextNominal),
            LastFireTime = Time(schedule.LastNominal),
            CreateTime = Time(schedule.CreateTime),
            Delayed = schedule.IsDelayed,
            Expired = schedule.NextNominal is null,
            FailureCount = schedule.FailureCount,
        };
    }

    public static Wire.Firing Write(FiringRecord firing) => new()
    {
        NominalTime = Time(firing.NominalTime),
        Decision = firing.State == FiringRecord.Rejected ? Wire.FiringDecision.Rejected : Decision(firing.Decision),
        DecideTime = Time(firing.DecideTime),
        RunId = firing.RunId,
        RunState = (RunState)firing.RunState,
        Error = firing.Error,
        Manual = firing.IsManual,
        RunStartTime = Time(firing.RunStartTime),
        RunEndTime = Time(firing.RunEndTime),
        RunElapsed = firing.RunEndTime - firing.RunStartTime is { } elapsed ? Duration.FromTimeSpan(elapsed) : null,
        CoveredCount = firing.CoveredCount,
        CoveredUntilTime = Time(firing.CoveredUntil),
    };

    /// <summary>Returns what a plan means in English and Chinese.</summary>
    public static CronSentence Describe(SchedulePlan plan)
    {
        if (plan.Cron is not null)
        {
            CronSentence cron = CronSentence.Of(CronExpression.Parse(plan.Cron));
            return new CronSentence($"{cron.En} ({plan.TimeZone})", $"{cron.Zh}（{plan.TimeZone}）");
        }

        TimeSpan interval = plan.Interval ?? TimeSpan.Zero;
        return new CronSentence($"Every {interval:c}", $"每隔 {interval:c}");
    }

    private static Wire.Plan Write(SchedulePlan plan)
    {
        var wire = new Wire.Plan
        {
            TimeZone = plan.TimeZone,
            Offset = plan.Offset == TimeSpan.Zero ? null : Duration.FromTimeSpan(plan.Offset),
            Jitter = plan.Jitter == TimeSpan.Zero ? null : Duration.FromTimeSpan(plan.Jitter),
            StartTime = Time(plan.StartTime),
            EndTime = Time(plan.EndTime),
        };
        if (plan.Cron is not null)
        {
            wire.Cron = plan.Cron;
        }
        else
        {
            wire.Interval = Duration.FromTimeSpan(plan.Interval ?? TimeSpan.Zero);
        }

        return wire;
    }

    private static Wire.FiringDecision Decision(string decision) => decision switch
    {
        "fired" => Wire.FiringDecision.Fired,
        "waiting" => Wire.FiringDecision.Waiting,
        "skipped_overlap" => Wire.FiringDecision.SkippedOverlap,
        "skipped_misfire" => Wire.FiringDecision.SkippedMisfire,
        "skipped_paused" => Wire.FiringDecision.SkippedPaused,
        _ => Wire.FiringDecision.SkippedCalendar,
    };

    private static Timestamp? Time(DateTimeOffset? time) => time is { } value ? Timestamp.FromDateTimeOffset(value) : null;
}

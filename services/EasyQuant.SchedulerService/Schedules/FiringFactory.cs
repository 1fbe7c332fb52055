using EasyQuant.Persistence;
using EasyQuant.Scheduling;

namespace EasyQuant.SchedulerService.Schedules;

/// <summary>Turns decisions about nominal times into rows.</summary>
internal static class FiringFactory
{
    /// <summary>Makes the row of a decision.</summary>
    public static FiringRecord Create(ScheduleRecord schedule, PlannedFiring planned, bool isManual) =>
        Create(schedule, planned, isManual, RequestOf(schedule.ScheduleId, planned.Nominal));

    /// <summary>Makes the row of a decision with a request id of its own.</summary>
    public static FiringRecord Create(ScheduleRecord schedule, PlannedFiring planned, bool isManual, Guid requestId)
    {
        ScheduleDefinition definition = schedule.Definition;
        TimeSpan delay = isManual ? TimeSpan.Zero : Jitter.Delay(Seed(schedule.ScheduleId), planned.Nominal, definition.Plan.Jitter);
        return new FiringRecord
        {
            ScheduleId = schedule.ScheduleId,
            NominalTime = planned.Nominal,
            ProjectId = schedule.ProjectId,
            ScheduleName = schedule.Name,
            Decision = DecisionText(planned.Decision),
            State = planned.Decision switch
            {
                FiringDecision.Fired => FiringRecord.Pending,
                FiringDecision.Waiting => FiringRecord.Waiting,
                _ => FiringRecord.Skipped,
            },
            CoveredCount = planned.CoveredCount,
            CoveredUntil = planned.CoveredUntil,
            IsManual = isManual,
            RequestId = requestId,
            WorkflowName = definition.WorkflowName,
            WorkflowVersion = definition.WorkflowVersion,
            Inputs = InputTemplate.Render(definition.Inputs, planned.Nominal, TimeZoneInfo.FindSystemTimeZoneById(definition.Plan.TimeZone)),
            NextTryTime = planned.Nominal + delay,
        };
    }

    /// <summary>Returns the idempotency key of the run that a nominal time creates: the same on every replica.</summary>
    public static Guid RequestOf(Guid scheduleId, DateTimeOffset nominal) =>
        DeterministicId.Create(scheduleId, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"firing/{nominal.UtcTicks}"));

    /// <summary>Returns the stored word of a decision.</summary>
    public static string DecisionText(FiringDecision decision) => decision switch
    {
        FiringDecision.Fired => "fired",
        FiringDecision.Waiting => "waiting",
        FiringDecision.SkippedOverlap => "skipped_overlap",
        FiringDecision.SkippedMisfire => "skipped_misfire",
        FiringDecision.SkippedPaused => "skipped_paused",
        _ => "skipped_calendar",
    };

    private static long Seed(Guid scheduleId)
    {
        Span<byte> bytes = stackalloc byte[16];
        scheduleId.TryWriteBytes(bytes);
        return BitConverter.ToInt64(bytes[8..]);
    }
}

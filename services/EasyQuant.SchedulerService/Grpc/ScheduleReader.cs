using System.Text.Json;
using System.Text.RegularExpressions;
using EasyQuant.Scheduling;
using EasyQuant.SchedulerService.Schedules;
using EasyQuant.ServiceDefaults.Errors;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wire = EasyQuant.Contracts.Schedule.V1;

namespace EasyQuant.SchedulerService.Grpc;

/// <summary>Turns schedules of requests into definitions; every finding is reported at once.</summary>
internal sealed partial class ScheduleReader
{
    private const int InputBytesMax = 256 * 1024;

    private readonly List<FieldViolation> _violations = [];
    private string? _reason;

    /// <summary>Reads a schedule.</summary>
    /// <exception cref="RpcError">InvalidArgument with the reason of the first finding and all findings.</exception>
    public static ScheduleDefinition Read(Wire.Schedule? schedule)
    {
        var reader = new ScheduleReader();
        schedule ??= new Wire.Schedule();
        reader.Check(NamePattern().IsMatch(schedule.Name), "NAME_INVALID", "schedule.name", $"The name must match [a-z0-9][a-z0-9._-]{{0,62}}, was '{schedule.Name}'.");
        reader.Check(schedule.WorkflowName.Length > 0, "WORKFLOW_REQUIRED", "schedule.workflow_name", "The name of the workflow is missing.");
        reader.Check(
            schedule.WorkflowVersion >= 0, "WORKFLOW_VERSION_INVALID", "schedule.workflow_version", $"The version must be at least 0, was {schedule.WorkflowVersion}.");
        string inputs = reader.ReadInputs(schedule.Inputs);
        reader.Check(
            inputs.Length <= InputBytesMax, "INPUTS_TOO_LARGE", "schedule.inputs", $"The inputs may have {InputBytesMax} characters as JSON, had {inputs.Length}.");
        SchedulePlan plan = reader.ReadPlan(schedule.Plan, "schedule.plan");
        FiringPolicy policy = reader.ReadPolicy(schedule);
        reader.Throw();
        return new ScheduleDefinition
        {
            Plan = plan, WorkflowName = schedule.WorkflowName, WorkflowVersion = schedule.WorkflowVersion, Inputs = inputs, Policy = policy,
        };
    }

    /// <summary>Reads a plan alone.</summary>
    /// <exception cref="RpcError">InvalidArgument with the reason of the first finding and all findings.</exception>
    public static SchedulePlan Read(Wire.Plan? plan)
    {
        var reader = new ScheduleReader();
        SchedulePlan read = reader.ReadPlan(plan, "plan");
        reader.Throw();
        return read;
    }

    /// <summary>Reads an instant of a request; null when it is absent.</summary>
    /// <exception cref="RpcError">InvalidArgument TIMESTAMP_INVALID.</exception>
    public static DateTimeOffset? ReadInstant(Timestamp? timestamp, string field)
    {
        var reader = new ScheduleReader();
        DateTimeOffset? read = reader.Instant(timestamp, field);
        reader.Throw();
        return read;
    }

    private string ReadInputs(Struct? inputs)
    {
        if (inputs is null)
        {
            return "{}";
        }

        try
        {
            string json = JsonFormatter.Default.Format(inputs);
            using var document = JsonDocument.Parse(json);
            return json;
        }
        catch (Exception exception) when (exception is InvalidOperationException or JsonException)
        {
            Check(false, "INPUTS_INVALID", "schedule.inputs", $"The inputs must be a JSON object of at most 64 levels: {exception.Message}");
            return "{}";
        }
    }

    private SchedulePlan ReadPlan(Wire.Plan? plan, string path)
    {
        plan ??= new Wire.Plan();
        var read = new SchedulePlan
        {
            TimeZone = plan.TimeZone.Length == 0 ? "UTC" : plan.TimeZone,
            Offset = Span(plan.Offset, $"{path}.offset") ?? TimeSpan.Zero,
            Jitter = Span(plan.Jitter, $"{path}.jitter") ?? TimeSpan.Zero,
            StartTime = Instant(plan.StartTime, $"{path}.start_time"),
            EndTime = Instant(plan.EndTime, $"{path}.end_time"),
        };
        Check(
            TimeZoneInfo.TryFindSystemTimeZoneById(read.TimeZone, out _), "TIME_ZONE_UNKNOWN", $"{path}.time_zone", $"There is no IANA time zone '{read.TimeZone}'.");
        Check(
            read.EndTime is null || read.StartTime is null || read.EndTime > read.StartTime, "RANGE_INVALID", $"{path}.end_time", "The end must be after the start.");
        Check(
            read.Jitter >= TimeSpan.Zero && read.Jitter <= TimeSpan.FromHours(1), "JITTER_OUT_OF_RANGE", $"{path}.jitter", $"The jitter must be from 0 to 1 hour, was {read.Jitter:c}.");
        switch (plan.KindCase)
        {
            case Wire.Plan.KindOneofCase.Cron:
                bool parsed = CronExpression.TryParse(plan.Cron, out _, out CronError? error);
                Check(parsed, "CRON_INVALID", $"{path}.cron", error?.Message ?? "");
                return read with { Cron = plan.Cron.Trim() };
            case Wire.Plan.KindOneofCase.Interval:
                return ReadInterval(read, plan, path);
            default:
                Check(false, "PLAN_REQUIRED", path, "The plan needs a cron expression or an interval.");
                return read;
        }
    }

    private SchedulePlan ReadInterval(SchedulePlan read, Wire.Plan plan, string path)
    {
        TimeSpan interval = Span(plan.Interval, $"{path}.interval") ?? TimeSpan.Zero;
        Check(
            interval >= IntervalSchedule.EveryMin && interval <= IntervalSchedule.EveryMax, "INTERVAL_OUT_OF_RANGE", $"{path}.interval",
            $"The interval must be from 1 second to 366 days, was {interval:c}.");
        Check(
            read.Offset >= TimeSpan.Zero && (read.Offset < interval || read.Offset == TimeSpan.Zero), "INTERVAL_OUT_OF_RANGE", $"{path}.offset",
            $"The offset must be at least zero and less than the interval {interval:c}, was {read.Offset:c}.");
        return read with { Interval = interval };
    }

    private FiringPolicy ReadPolicy(Wire.Schedule schedule)
    {
        var defaults = new FiringPolicy();
        var policy = new FiringPolicy
        {
            Overlap = schedule.OverlapPolicy switch
            {
                Wire.OverlapPolicy.QueueOne => OverlapPolicy.QueueOne,
                Wire.OverlapPolicy.QueueAll => OverlapPolicy.QueueAll,
                Wire.OverlapPolicy.Allow => OverlapPolicy.Allow,
                Wire.OverlapPolicy.CancelOther => OverlapPolicy.CancelOther,
                _ => OverlapPolicy.Skip,
            },
            CatchUp = schedule.CatchUpPolicy switch
            {
                Wire.CatchUpPolicy.None => CatchUpPolicy.None,
                Wire.CatchUpPolicy.All => CatchUpPolicy.All,
                _ => CatchUpPolicy.Last,
            },
            CatchUpWindow = Span(schedule.CatchUpWindow, "schedule.catch_up_window") ?? defaults.CatchUpWindow,
            CatchUpCountMax = schedule.CatchUpCountMax == 0 ? defaults.CatchUpCountMax : schedule.CatchUpCountMax,
            MisfireGrace = Span(schedule.MisfireGrace, "schedule.misfire_grace") ?? defaults.MisfireGrace,
            PauseAfterFailures = schedule.PauseAfterFailures,
        };
        Check(System.Enum.IsDefined(schedule.OverlapPolicy), "POLICY_UNKNOWN", "schedule.overlap_policy", $"There is no overlap policy {(int)schedule.OverlapPolicy}.");
        Check(System.Enum.IsDefined(schedule.CatchUpPolicy), "POLICY_UNKNOWN", "schedule.catch_up_policy", $"There is no catch-up policy {(int)schedule.CatchUpPolicy}.");
        foreach ((string field, string message) in policy.Validate())
        {
            Check(false, field == "overlap_policy" ? "POLICY_CONFLICT" : "POLICY_OUT_OF_RANGE", $"schedule.{field}", message);
        }

        return policy;
    }

    private TimeSpan? Span(Duration? duration, string path)
    {
        if (duration is null)
        {
            return null;
        }

        bool valid = duration.Seconds is > -315_576_000_000 and < 315_576_000_000 && Math.Abs((long)duration.Nanos) < 1_000_000_000;
        Check(valid, "DURATION_INVALID", path, $"The duration is out of range: {duration.Seconds} s and {duration.Nanos} ns.");
        return valid ? TimeSpan.FromTicks((duration.Seconds * TimeSpan.TicksPerSecond) + (duration.Nanos / 100)) : TimeSpan.Zero;
    }

    private DateTimeOffset? Instant(Timestamp? timestamp, string path)
    {
        if (timestamp is null)
        {
            return null;
        }

        bool valid = timestamp.Seconds is > -62_135_596_800 and < 253_402_300_800 && timestamp.Nanos is >= 0 and < 1_000_000_000;
        Check(valid, "TIMESTAMP_INVALID", path, $"The time is out of range: {timestamp.Seconds} s and {timestamp.Nanos} ns.");
        // The database keeps microseconds.
        return valid ? DateTimeOffset.FromUnixTimeSeconds(timestamp.Seconds).AddTicks(timestamp.Nanos / 1000 * 10) : null;
    }

    private void Check(bool holds, string reason, string field, string message)
    {
        if (!holds)
        {
            _reason ??= reason;
            _violations.Add(new FieldViolation(field, message));
        }
    }

    private void Throw()
    {
        if (_reason is not null)
        {
            throw new RpcError(StatusCode.InvalidArgument, _reason, _violations[0].Description, violations: _violations);
        }
    }

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9._-]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}

using System.Globalization;
using EasyQuant.Contracts.Schedule.V1;
using EasyQuant.Persistence.Paging;
using EasyQuant.Scheduling;
using EasyQuant.SchedulerService.Loops;
using EasyQuant.SchedulerService.Schedules;
using EasyQuant.SchedulerService.Storage;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.ServiceDefaults.Grpc;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using FiringDecision = EasyQuant.Scheduling.FiringDecision;
using OverlapPolicy = EasyQuant.Scheduling.OverlapPolicy;

namespace EasyQuant.SchedulerService.Grpc;

/// <summary>The calls of the Scheduler. Every schedule is looked up in the caller's project.</summary>
internal sealed class ScheduleGrpc(ScheduleStore schedules, FiringStore firings, WorkflowLookup workflows, DispatchLoop dispatch)
    : ScheduleService.ScheduleServiceBase
{
    private const int PageSizeMax = 500;
    private const int BackfillCountMax = 1_000;

    /// <inheritdoc />
    public override async Task<CreateScheduleResponse> CreateSchedule(CreateScheduleRequest request, ServerCallContext context)
    {
        string project = CallProject.Of(context);
        ScheduleDefinition definition = ScheduleReader.Read(request.Schedule);
        await workflows.RequireAsync(definition.WorkflowName, definition.WorkflowVersion, context.CancellationToken);
        DateTimeOffset now = await schedules.NowAsync(context.CancellationToken);
        var schedule = new ScheduleRecord
        {
            ScheduleId = Guid.CreateVersion7(now),
            ProjectId = project,
            Name = request.Schedule.Name,
            Definition = definition,
            IsPaused = request.Schedule.Paused,
            NextNominal = definition.Plan.ToRule().Next(now),
            CreateTime = now,
        };
        ScheduleRecord stored = await schedules.CreateAsync(schedule, request.RequestId, context.CancellationToken)
            ?? throw new RpcError(StatusCode.AlreadyExists, "SCHEDULE_EXISTS", $"A schedule named {schedule.Name} exists already.");
        return stored.Name == schedule.Name && stored.Definition == definition
            ? new CreateScheduleResponse { Schedule = ScheduleWriter.Write(stored) }
            : throw new RpcError(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", $"The request id {request.RequestId} was used for another schedule.");
    }

    /// <inheritdoc />
    public override async Task<GetScheduleResponse> GetSchedule(GetScheduleRequest request, ServerCallContext context) => new()
    {
        Schedule = ScheduleWriter.Write(await FindAsync(request.Name, context)),
    };

    /// <inheritdoc />
    public override async Task<ListSchedulesResponse> ListSchedules(ListSchedulesRequest request, ServerCallContext context)
    {
        string project = CallProject.Of(context);
        string scope = $"ListSchedules/{project}";
        string after = ReadToken(request.PageToken, scope) ?? "";
        int size = PageSize(request.PageSize);
        List<ScheduleRecord> rows = await schedules.ListAsync(project, after, size + 1, context.CancellationToken);
        var response = new ListSchedulesResponse();
        response.Schedules.AddRange(rows.Take(size).Select(ScheduleWriter.Write));
        response.NextPageToken = rows.Count > size ? PageToken.Write(scope, rows[size - 1].Name) : "";
        return response;
    }

    /// <inheritdoc />
    public override async Task<UpdateScheduleResponse> UpdateSchedule(UpdateScheduleRequest request, ServerCallContext context)
    {
        ScheduleDefinition definition = ScheduleReader.Read(request.Schedule);
        if (request.Schedule.Name != request.Name)
        {
            throw RpcError.Invalid("NAME_MISMATCH", "schedule.name", $"The name must be {request.Name}, was {request.Schedule.Name}: a schedule cannot be renamed.");
        }

        await workflows.RequireAsync(definition.WorkflowName, definition.WorkflowVersion, context.CancellationToken);
        DateTimeOffset? next = definition.Plan.ToRule().Next(await schedules.NowAsync(context.CancellationToken));
        ScheduleRecord? stored = await schedules.UpdateAsync(
            CallProject.Of(context), request.Name, definition, request.Schedule.Paused, next, context.CancellationToken);
        return new UpdateScheduleResponse { Schedule = ScheduleWriter.Write(stored ?? throw NotFound(request.Name)) };
    }

    /// <inheritdoc />
    public override async Task<DeleteScheduleResponse> DeleteSchedule(DeleteScheduleRequest request, ServerCallContext context)
    {
        await schedules.DeleteAsync(CallProject.Of(context), request.Name, context.CancellationToken);
        return new DeleteScheduleResponse();
    }

    /// <inheritdoc />
    public override async Task<PauseScheduleResponse> PauseSchedule(PauseScheduleRequest request, ServerCallContext context)
    {
        string cause = request.Cause.Length <= 500 ? request.Cause : request.Cause[..500];
        ScheduleRecord? stored = await schedules.PauseAsync(
            CallProject.Of(context), request.Name, cause, ScheduleReader.ReadInstant(request.UntilTime, "until_time"), context.CancellationToken);
        return new PauseScheduleResponse { Schedule = ScheduleWriter.Write(stored ?? throw NotFound(request.Name)) };
    }

    /// <inheritdoc />
    public override async Task<ResumeScheduleResponse> ResumeSchedule(ResumeScheduleRequest request, ServerCallContext context)
    {
        ScheduleRecord before = await FindAsync(request.Name, context);
        DateTimeOffset? next = before.Definition.Plan.ToRule().Next(before.ReadTime);
        ScheduleRecord? stored = await schedules.ResumeAsync(CallProject.Of(context), request.Name, next, context.CancellationToken);
        return new ResumeScheduleResponse { Schedule = ScheduleWriter.Write(stored ?? throw NotFound(request.Name)) };
    }

    /// <inheritdoc />
    public override async Task<TriggerScheduleResponse> TriggerSchedule(TriggerScheduleRequest request, ServerCallContext context)
    {
        string requestId = request.RequestId.Length > 0 ? request.RequestId : Guid.CreateVersion7().ToString();
        if (requestId.Length > 100)
        {
            throw RpcError.Invalid("REQUEST_ID_INVALID", "request_id", $"The request id may have 100 characters, had {requestId.Length}.");
        }

        FiringRecord? firing = await firings.TriggerAsync(CallProject.Of(context), request.Name, requestId, context.CancellationToken);
        dispatch.Wake();
        return new TriggerScheduleResponse { Firing = ScheduleWriter.Write(firing ?? throw NotFound(request.Name)) };
    }

    /// <inheritdoc />
    public override async Task<PreviewScheduleResponse> PreviewSchedule(PreviewScheduleRequest request, ServerCallContext context)
    {
        SchedulePlan plan = ScheduleReader.Read(request.Plan);
        int count = request.Count == 0 ? 10 : request.Count;
        if (count is < 1 or > 100)
        {
            throw RpcError.Invalid("COUNT_OUT_OF_RANGE", "count", $"The count must be from 1 to 100, was {count}.");
        }

        DateTimeOffset after = ScheduleReader.ReadInstant(request.AfterTime, "after_time") ?? await schedules.NowAsync(context.CancellationToken);
        CronSentence sentence = ScheduleWriter.Describe(plan);
        var response = new PreviewScheduleResponse { SentenceEn = sentence.En, SentenceZh = sentence.Zh };
        response.FireTimes.AddRange(plan.ToRule().Preview(after, count).Select(Timestamp.FromDateTimeOffset));
        return response;
    }

    /// <inheritdoc />
    public override async Task<BackfillScheduleResponse> BackfillSchedule(BackfillScheduleRequest request, ServerCallContext context)
    {
        ScheduleRecord schedule = await FindAsync(request.Name, context);
        if (ScheduleReader.ReadInstant(request.StartTime, "start_time") is not { } start
            || ScheduleReader.ReadInstant(request.EndTime, "end_time") is not { } end
            || start >= end || end > schedule.ReadTime)
        {
            throw RpcError.Invalid("RANGE_INVALID", "end_time", "A backfill needs a start and a later end that is not in the future.");
        }

        OverlapPolicy overlap = schedule.Definition.Policy.Overlap;
        if (overlap is not (OverlapPolicy.QueueAll or OverlapPolicy.Allow))
        {
            throw new RpcError(
                StatusCode.FailedPrecondition, "POLICY_CONFLICT", $"A backfill needs the overlap policy queue_all or allow, schedule {schedule.Name} has {overlap}.");
        }

        if (!schedule.Definition.Plan.ToRule().TryBackfill(start, end, BackfillCountMax, out IReadOnlyList<DateTimeOffset> times))
        {
            throw RpcError.Invalid("BACKFILL_TOO_LARGE", "end_time", $"The range has more than {BackfillCountMax} instants; ask for a shorter one.");
        }

        FiringDecision decision = overlap == OverlapPolicy.Allow ? FiringDecision.Fired : FiringDecision.Waiting;
        int? added = await firings.BackfillAsync(CallProject.Of(context), request.Name, times, decision, context.CancellationToken);
        dispatch.Wake();
        return added is { } count
            ? new BackfillScheduleResponse { AddedCount = count, PresentCount = times.Count - count }
            : throw NotFound(request.Name);
    }

    /// <inheritdoc />
    public override async Task<ListFiringsResponse> ListFirings(ListFiringsRequest request, ServerCallContext context)
    {
        ScheduleRecord schedule = await FindAsync(request.Name, context);
        string scope = $"ListFirings/{schedule.ProjectId}/{schedule.ScheduleId}";
        DateTimeOffset? before = ReadToken(request.PageToken, scope) is { } key
            ? new DateTimeOffset(long.Parse(key, CultureInfo.InvariantCulture), TimeSpan.Zero)
            : null;
        int size = PageSize(request.PageSize);
        List<FiringRecord> rows = await firings.ListAsync(schedule.ScheduleId, before, size + 1, context.CancellationToken);
        var response = new ListFiringsResponse();
        response.Firings.AddRange(rows.Take(size).Select(ScheduleWriter.Write));
        response.NextPageToken = rows.Count > size
            ? PageToken.Write(scope, rows[size - 1].NominalTime.UtcTicks.ToString(CultureInfo.InvariantCulture))
            : "";
        return response;
    }

    private async Task<ScheduleRecord> FindAsync(string name, ServerCallContext context) =>
        await schedules.FindAsync(CallProject.Of(context), name, context.CancellationToken) ?? throw NotFound(name);

    private static RpcError NotFound(string name) => RpcError.NotFound("SCHEDULE_NOT_FOUND", $"There is no schedule {name} in this project.");

    private static int PageSize(int asked) => asked switch
    {
        0 => 50,
        > 0 and <= PageSizeMax => asked,
        _ => throw RpcError.Invalid("PAGE_SIZE_INVALID", "page_size", $"The page size must be from 1 to {PageSizeMax}, was {asked}."),
    };

    private static string? ReadToken(string token, string scope)
    {
        if (token.Length == 0)
        {
            return null;
        }

        return PageToken.TryRead(token, scope, 1, out IReadOnlyList<string> key)
            ? key[0]
            : throw RpcError.Invalid("PAGE_TOKEN_INVALID", "page_token", "The page token is damaged or belongs to another list.");
    }
}

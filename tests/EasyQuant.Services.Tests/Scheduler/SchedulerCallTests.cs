using EasyQuant.Contracts.Schedule.V1;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.Testing;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace EasyQuant.Services.Tests.Scheduler;

public sealed class SchedulerCallTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private readonly CancellationToken _deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4)).Token;

    [Fact]
    public async Task Create_SameRequestTwice_StoresOneAndRefusesAnotherName()
    {
        await using SchedulerCluster cluster = await SchedulerCluster.StartAsync(fixture.Servers, 1, _deadline);
        var request = new CreateScheduleRequest { RequestId = "r-1", Schedule = SchedulerCluster.Example("morning") };

        Schedule first = (await cluster.Client.CreateScheduleAsync(request, TestService.Headers("default"))).Schedule;
        Schedule again = (await cluster.Client.CreateScheduleAsync(request, TestService.Headers("default"))).Schedule;

        Assert.Equal(first, again);
        Assert.Equal("Asia/Shanghai", first.Plan.TimeZone);
        Assert.Equal(1, first.NextFireTime.ToDateTime().Hour);
        request.Schedule.Plan.Cron = "0 10 * * *";
        await RefusedAsync(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", cluster.Client.CreateScheduleAsync(request, TestService.Headers("default")));
        request.RequestId = "r-2";
        await RefusedAsync(StatusCode.AlreadyExists, "SCHEDULE_EXISTS", cluster.Client.CreateScheduleAsync(request, TestService.Headers("default")));
    }

    [Fact]
    public async Task Create_StoredOnlyAfterItsFirstInstant_WasCreatedBeforeIt()
    {
        await using SchedulerCluster cluster = await SchedulerCluster.StartAsync(fixture.Servers, 1, _deadline);
        IAsyncDisposable held = await cluster.HoldAsync();
        Task<Schedule> creating = cluster.CreateAsync(SchedulerCluster.Example("s", changed => changed.Plan = new Plan { Interval = Duration.FromTimeSpan(TimeSpan.FromSeconds(1)) }));
        await Eventually.TrueAsync("it waits to be stored", cluster.IsHeldAsync, SchedulerCluster.Patience);
        DateTimeOffset from = await cluster.NowAsync();
        await Eventually.BecomesAsync("two seconds are over", cluster.NowAsync, now => now > from.AddSeconds(2), SchedulerCluster.Patience);
        await held.DisposeAsync();
        Schedule stored = await creating;
        Assert.True(stored.CreateTime.ToDateTimeOffset() < stored.NextFireTime.ToDateTimeOffset(), stored.ToString());
    }

    [Fact]
    public async Task Create_ManyMistakes_ReportsAllAndStoresNothing()
    {
        await using SchedulerCluster cluster = await SchedulerCluster.StartAsync(fixture.Servers, 1, _deadline);
        var schedule = new Schedule
        {
            Name = "Bad Name", Plan = new Plan { Cron = "0 25 * * *", TimeZone = "Asia/Peking" }, OverlapPolicy = OverlapPolicy.Skip, CatchUpPolicy = CatchUpPolicy.All,
            CatchUpCountMax = 5000,
        };

        RpcError error = await RefusedAsync(
            StatusCode.InvalidArgument, "NAME_INVALID",
            cluster.Client.CreateScheduleAsync(new CreateScheduleRequest { Schedule = schedule }, TestService.Headers("default")));

        Assert.Equal(
            ["schedule.name", "schedule.workflow_name", "schedule.plan.time_zone", "schedule.plan.cron", "schedule.catch_up_count_max", "schedule.overlap_policy"],
            error.Violations.Select(violation => violation.Field));
        Assert.Contains(error.Violations, violation => violation.Description == "The hour field takes 0-23, but was '25'.");
        Assert.Empty((await cluster.Client.ListSchedulesAsync(new ListSchedulesRequest(), TestService.Headers("default"))).Schedules);
    }

    [Theory]
    [InlineData("interval", "INTERVAL_OUT_OF_RANGE")]
    [InlineData("none", "PLAN_REQUIRED")]
    [InlineData("workflow", "WORKFLOW_NOT_FOUND")]
    public async Task Create_OneMistake_IsNamed(string mistake, string reason)
    {
        await using SchedulerCluster cluster = await SchedulerCluster.StartAsync(fixture.Servers, 1, _deadline);
        Schedule schedule = SchedulerCluster.Example("s", changed =>
        {
            changed.Plan = mistake switch
            {
                "interval" => new Plan { Interval = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(500)) },
                "none" => new Plan(),
                _ => changed.Plan,
            };
            changed.WorkflowName = mistake == "workflow" ? "nothing" : "daily";
        });

        RpcException exception = await Assert.ThrowsAsync<RpcException>(() => cluster.CreateAsync(schedule));

        Assert.True(RpcError.TryRead(exception, out RpcError? error));
        Assert.Equal(reason, error.Reason);
    }

    [Fact]
    public async Task ForeignProject_AllCalls_FindNothing()
    {
        await using SchedulerCluster cluster = await SchedulerCluster.StartAsync(fixture.Servers, 1, _deadline);
        await cluster.CreateAsync(SchedulerCluster.Example("morning"));
        ScheduleService.ScheduleServiceClient client = cluster.Client;
        Metadata other = TestService.Headers("other");

        Assert.Empty((await client.ListSchedulesAsync(new ListSchedulesRequest(), other)).Schedules);
        await RefusedAsync(StatusCode.NotFound, "SCHEDULE_NOT_FOUND", client.GetScheduleAsync(new GetScheduleRequest { Name = "morning" }, other));
        await RefusedAsync(StatusCode.NotFound, "SCHEDULE_NOT_FOUND", client.PauseScheduleAsync(new PauseScheduleRequest { Name = "morning" }, other));
        await RefusedAsync(StatusCode.NotFound, "SCHEDULE_NOT_FOUND", client.ResumeScheduleAsync(new ResumeScheduleRequest { Name = "morning" }, other));
        await RefusedAsync(StatusCode.NotFound, "SCHEDULE_NOT_FOUND", client.TriggerScheduleAsync(new TriggerScheduleRequest { Name = "morning" }, other));
        await RefusedAsync(StatusCode.NotFound, "SCHEDULE_NOT_FOUND", client.ListFiringsAsync(new ListFiringsRequest { Name = "morning" }, other));
        await client.DeleteScheduleAsync(new DeleteScheduleRequest { Name = "morning" }, other);
        Assert.Equal("morning", (await cluster.GetAsync("morning")).Name);
        await cluster.CreateAsync(SchedulerCluster.Example("morning"), "other");
    }

    [Fact]
    public async Task Lists_MoreThanAPage_ContinueByTokenAndRefuseForeignOnes()
    {
        await using SchedulerCluster cluster = await SchedulerCluster.StartAsync(fixture.Servers, 1, _deadline);
        foreach (string name in new[] { "c", "a", "b" })
        {
            await cluster.CreateAsync(SchedulerCluster.Example(name));
        }

        var request = new ListSchedulesRequest { PageSize = 2 };
        ListSchedulesResponse first = await cluster.Client.ListSchedulesAsync(request, TestService.Headers("default"));
        request.PageToken = first.NextPageToken;
        ListSchedulesResponse second = await cluster.Client.ListSchedulesAsync(request, TestService.Headers("default"));

        Assert.Equal(["a", "b"], first.Schedules.Select(schedule => schedule.Name));
        Assert.Equal(["c"], second.Schedules.Select(schedule => schedule.Name));
        Assert.Equal("", second.NextPageToken);
        await RefusedAsync(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", cluster.Client.ListSchedulesAsync(request, TestService.Headers("other")));
        request.PageSize = 501;
        await RefusedAsync(StatusCode.InvalidArgument, "PAGE_SIZE_INVALID", cluster.Client.ListSchedulesAsync(request, TestService.Headers("default")));
    }

    [Fact]
    public async Task UpdateDeletePauseTrigger_OfASchedule_DoWhatTheySay()
    {
        await using SchedulerCluster cluster = await SchedulerCluster.StartAsync(fixture.Servers, 2, _deadline);
        await cluster.CreateAsync(SchedulerCluster.Example("s"));
        ScheduleService.ScheduleServiceClient client = cluster.Client;
        Metadata headers = TestService.Headers("default");

        Schedule updated = (await client.UpdateScheduleAsync(
            new UpdateScheduleRequest { Name = "s", Schedule = SchedulerCluster.Example("s", changed => changed.Plan.Cron = "30 15 * * *") }, headers)).Schedule;
        Assert.Equal(("30 15 * * *", 30), (updated.Plan.Cron, updated.NextFireTime.ToDateTime().Minute));
        Schedule paused = (await client.PauseScheduleAsync(new PauseScheduleRequest { Name = "s", Cause = "holiday" }, headers)).Schedule;
        Assert.Equal((true, "holiday", null), (paused.Paused, paused.PauseCause, paused.NextFireTime));
        Firing one = (await client.TriggerScheduleAsync(new TriggerScheduleRequest { Name = "s", RequestId = "t" }, headers)).Firing;
        Firing same = (await client.TriggerScheduleAsync(new TriggerScheduleRequest { Name = "s", RequestId = "t" }, headers)).Firing;
        Assert.Equal(one.NominalTime, same.NominalTime);
        await cluster.FiringsBecomeAsync("s", "a run", all => all.Count == 1 && all[0].RunId.Length > 0);
        await client.DeleteScheduleAsync(new DeleteScheduleRequest { Name = "s" }, headers);
        await client.DeleteScheduleAsync(new DeleteScheduleRequest { Name = "s" }, headers);
        await RefusedAsync(StatusCode.NotFound, "SCHEDULE_NOT_FOUND", client.GetScheduleAsync(new GetScheduleRequest { Name = "s" }, headers));
    }

    [Fact]
    public async Task PauseUntil_TimePassed_FiresAgainByItself()
    {
        await using SchedulerCluster cluster = await SchedulerCluster.StartAsync(fixture.Servers, 2, _deadline);
        await cluster.CreateAsync(SchedulerCluster.Example("s", schedule => schedule.Plan = new Plan { Interval = Duration.FromTimeSpan(TimeSpan.FromSeconds(1)) }));
        DateTimeOffset now = await cluster.NowAsync();
        await cluster.Client.PauseScheduleAsync(
            new PauseScheduleRequest { Name = "s", UntilTime = Timestamp.FromDateTimeOffset(now.AddSeconds(3)) }, TestService.Headers("default"));

        IReadOnlyList<Firing> firings = await cluster.FiringsBecomeAsync("s", "a run after the pause", all => all.Any(
            firing => firing.RunId.Length > 0 && firing.NominalTime.ToDateTimeOffset() > now.AddSeconds(3)));

        Assert.Contains(firings, firing => firing.Decision == FiringDecision.SkippedPaused);
        Assert.All(
            firings.Where(firing => firing.NominalTime.ToDateTimeOffset() > now && firing.Decision == FiringDecision.Fired),
            firing => Assert.True(firing.NominalTime.ToDateTimeOffset() >= now.AddSeconds(3) || firing.NominalTime.ToDateTimeOffset() < now.AddSeconds(1)));
        Assert.False((await cluster.GetAsync("s")).Paused);
    }

    [Fact]
    public async Task Preview_OfAPlan_ListsInstantsAndTheSentence()
    {
        await using SchedulerCluster cluster = await SchedulerCluster.StartAsync(fixture.Servers, 1, _deadline);
        var request = new PreviewScheduleRequest
        {
            Plan = new Plan { Cron = "0 9 * * 1-5", TimeZone = "Asia/Shanghai" }, Count = 2, AfterTime = Timestamp.FromDateTime(new DateTime(2024, 5, 31, 1, 0, 0, DateTimeKind.Utc)),
        };

        PreviewScheduleResponse response = await cluster.Client.PreviewScheduleAsync(request, TestService.Headers("default"));

        Assert.Equal(
            [new DateTime(2024, 6, 3, 1, 0, 0), new DateTime(2024, 6, 4, 1, 0, 0)], response.FireTimes.Select(time => time.ToDateTime()));
        Assert.Equal(
            ("At 09:00, Monday to Friday (Asia/Shanghai)", "周一至周五 09:00（Asia/Shanghai）"), (response.SentenceEn, response.SentenceZh));
    }

    [Fact]
    public async Task Schedule_ThatCannotBeComputed_StopsAloneAndSaysWhy()
    {
        await using SchedulerCluster cluster = await SchedulerCluster.StartAsync(fixture.Servers, 1, _deadline);
        await cluster.CreateAsync(SchedulerCluster.Example("broken"));
        await cluster.CreateAsync(SchedulerCluster.Example("sound"));
        await cluster.SetZoneAsync("broken", "Asia/Peking");
        DateTimeOffset now = await cluster.NowAsync();
        await cluster.SetNextAsync("broken", now.AddHours(-2));
        await cluster.SetNextAsync("sound", DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds() - 60));

        await cluster.FiringsBecomeAsync("sound", "a run", all => all.Any(firing => firing.RunId.Length > 0));
        Schedule broken = await Eventually.BecomesAsync("the stop", () => cluster.GetAsync("broken"), schedule => schedule.Paused, SchedulerCluster.Patience);

        Assert.True(broken.Expired);
        Assert.Contains("Asia/Peking", broken.PauseCause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Times_OutOfRange_AreRefused()
    {
        await using SchedulerCluster cluster = await SchedulerCluster.StartAsync(fixture.Servers, 1, _deadline);
        var request = new PreviewScheduleRequest { Plan = new Plan { Cron = "@daily" }, AfterTime = new Timestamp { Seconds = long.MaxValue } };

        await RefusedAsync(StatusCode.InvalidArgument, "TIMESTAMP_INVALID", cluster.Client.PreviewScheduleAsync(request, TestService.Headers("default")));
        Schedule schedule = SchedulerCluster.Example("s", changed => changed.Inputs = new Struct { Fields = { ["x"] = new Value() } });
        await RefusedAsync(
            StatusCode.InvalidArgument, "INPUTS_INVALID", cluster.Client.CreateScheduleAsync(new CreateScheduleRequest { Schedule = schedule }, TestService.Headers("default")));
    }

    private static async Task<RpcError> RefusedAsync<T>(StatusCode status, string reason, AsyncUnaryCall<T> call)
    {
        RpcException exception = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.True(RpcError.TryRead(exception, out RpcError? error), exception.ToString());
        Assert.Equal((status, reason), (exception.StatusCode, error.Reason));
        return error;
    }
}

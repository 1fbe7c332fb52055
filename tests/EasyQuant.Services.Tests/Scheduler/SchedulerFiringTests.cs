using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Schedule.V1;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.Testing;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace EasyQuant.Services.Tests.Scheduler;

public sealed class SchedulerFiringTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private readonly CancellationToken _deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4)).Token;

    [Fact]
    public async Task FourReplicas_HundredOverdueMinutes_FireEachOnce()
    {
        await using SchedulerCluster cluster = await SchedulerCluster.StartAsync(fixture.Servers, 4, _deadline);
        await cluster.CreateAsync(SchedulerCluster.Example("minutes", schedule =>
        {
            schedule.Plan = new Plan { Interval = Duration.FromTimeSpan(TimeSpan.FromMinutes(1)) };
            schedule.CatchUpCountMax = 500;
        }));
        DateTimeOffset first = DateTimeOffset.FromUnixTimeSeconds((await cluster.NowAsync()).ToUnixTimeSeconds() / 60 * 60).AddMinutes(-100);
        await cluster.SetNextAsync("minutes", first);

        IReadOnlyList<Firing> firings = await cluster.FiringsBecomeAsync("minutes", "101 runs", all => all.Count(firing => firing.RunId.Length > 0) >= 101);

        Assert.Equal(Enumerable.Range(0, 101).Select(minute => first.AddMinutes(minute)), firings.Take(101).Select(firing => firing.NominalTime.ToDateTimeOffset()));
        Assert.All(firings, firing => Assert.Equal(FiringDecision.Fired, firing.Decision));
        Assert.Equal(firings.Count, cluster.Runs.ByRequest.Count);
        Assert.Equal(firings.Select(firing => firing.RunId).Order(), cluster.Runs.Runs.Select(run => run.RunId).Order());
    }

    [Fact]
    public async Task Workflow_RefusesAndLosesReplies_RunsAreCreatedOnceWhenItAnswers()
    {
        await using SchedulerCluster cluster = await SchedulerCluster.StartAsync(fixture.Servers, 2, _deadline);
        cluster.Runs.LosesReplies = true;
        await cluster.CreateAsync(SchedulerCluster.Example("hourly", schedule =>
        {
            schedule.Plan = new Plan { Cron = "0 * * * *" };
            schedule.MisfireGrace = new Duration();
        }));
        await cluster.SetNextAsync("hourly", Hour(await cluster.NowAsync(), -4));

        await Eventually.TrueAsync("repeated attempts", () => Task.FromResult(cluster.Runs.Specs.Count >= 15), SchedulerCluster.Patience);
        Assert.All(await cluster.FiringsAsync("hourly"), firing => Assert.Equal(("", "REPLY_LOST: The reply was lost."), (firing.RunId, firing.Error)));
        Assert.True((await cluster.GetAsync("hourly")).Delayed);
        cluster.Runs.LosesReplies = false;
        IReadOnlyList<Firing> firings = await cluster.FiringsBecomeAsync("hourly", "5 runs", all => all.Count(firing => firing.RunId.Length > 0) == 5);

        Assert.Equal(5, cluster.Runs.ByRequest.Count);
        Assert.All(firings, firing => Assert.Equal("", firing.Error));
        Assert.False((await cluster.GetAsync("hourly")).Delayed);
    }

    [Fact]
    public async Task Firing_RefusedForGood_IsRejectedAndTheOthersRun()
    {
        await using SchedulerCluster cluster = await SchedulerCluster.StartAsync(fixture.Servers, 1, _deadline);
        DateTimeOffset start = Hour(await cluster.NowAsync(), -2);
        string bad = start.AddHours(1).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        cluster.Runs.Fault = request => request.Runs.Any(run => run.Labels["nominal_time"] == bad)
            ? RpcError.Invalid("INPUT_MISSING", "inputs.symbol", "Input symbol is missing.")
            : null;
        await cluster.CreateAsync(SchedulerCluster.Example("hourly", schedule => schedule.Plan = new Plan { Cron = "0 * * * *" }));
        await cluster.SetNextAsync("hourly", start);

        IReadOnlyList<Firing> firings = await cluster.FiringsBecomeAsync(
            "hourly", "an end of each", all => all.Count == 3 && all.All(firing => firing.RunId.Length > 0 || firing.Decision == FiringDecision.Rejected));

        Assert.Equal([FiringDecision.Fired, FiringDecision.Rejected, FiringDecision.Fired], firings.Select(firing => firing.Decision));
        Assert.Equal("INPUT_MISSING: Input symbol is missing.", firings[1].Error);
    }

    [Fact]
    public async Task Inputs_WithScheduleExpressions_CarryTheNominalTimeAndItsDateInTheZone()
    {
        await using SchedulerCluster cluster = await SchedulerCluster.StartAsync(fixture.Servers, 1, _deadline);
        await cluster.CreateAsync(SchedulerCluster.Example("evening", schedule =>
        {
            schedule.Plan = new Plan { Cron = "30 23 * * *", TimeZone = "Asia/Kolkata" };
            schedule.Inputs = Struct.Parser.ParseJson("""{"day":"${schedule.date}","at":["run of ${schedule.time}"],"n":3}""");
        }));
        DateTimeOffset now = await cluster.NowAsync();
        // The last such time, 18:00 UTC: with an earlier one, two would be due in the evening.
        DateTimeOffset nominal = new DateTimeOffset(now.AddHours(-18).UtcDateTime.Date, TimeSpan.Zero).AddHours(18);
        await cluster.SetNextAsync("evening", nominal);

        await cluster.FiringsBecomeAsync("evening", "a run", all => all.Any(firing => firing.RunId.Length > 0));

        Run run = cluster.Runs.Runs[0];
        Assert.Equal(nominal.AddHours(5.5).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), run.Inputs.Fields["day"].StringValue);
        Assert.Equal(
            $"run of {nominal.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture)}",
            run.Inputs.Fields["at"].ListValue.Values[0].StringValue);
        Assert.Equal(3, run.Inputs.Fields["n"].NumberValue);
        Assert.Equal("evening", run.Labels["schedule"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task QueueAll_RunEnds_TheNextOneStarts(bool hearsEvents)
    {
        string asksAfter = hearsEvents ? "00:10:00" : "00:00:01";
        await using SchedulerCluster cluster = await SchedulerCluster.StartAsync(fixture.Servers, 2, _deadline, asksAfter);
        await cluster.CreateAsync(SchedulerCluster.Example("queue", schedule =>
        {
            schedule.Plan = new Plan { Cron = "0 * * * *" };
            schedule.OverlapPolicy = OverlapPolicy.QueueAll;
        }));
        await cluster.SetNextAsync("queue", Hour(await cluster.NowAsync(), -2));

        for (int done = 0; done < 3; done++)
        {
            IReadOnlyList<Firing> firings = await cluster.FiringsBecomeAsync(
                "queue", $"run {done}", all => all.Count == 3 && all[done].RunId.Length > 0);
            Assert.All(firings.Skip(done + 1), firing => Assert.Equal((FiringDecision.Waiting, ""), (firing.Decision, firing.RunId)));
            await cluster.EndAsync(firings[done].RunId, RunState.Succeeded, hearsEvents);
        }

        IReadOnlyList<Firing> ended = await cluster.FiringsBecomeAsync("queue", "three ends", all => all.All(firing => firing.RunState == RunState.Succeeded));
        Assert.All(ended, firing => Assert.Equal(TimeSpan.FromSeconds(7), firing.RunElapsed.ToTimeSpan()));
        Assert.Equal(3, cluster.Runs.ByRequest.Count);
    }

    [Fact]
    public async Task Skip_RunStillActive_IsRecordedAsOverlap()
    {
        await using SchedulerCluster cluster = await SchedulerCluster.StartAsync(fixture.Servers, 2, _deadline);
        await cluster.CreateAsync(SchedulerCluster.Example("hourly", schedule =>
        {
            schedule.Plan = new Plan { Cron = "0 * * * *" };
            schedule.OverlapPolicy = OverlapPolicy.Skip;
            schedule.CatchUpPolicy = CatchUpPolicy.Last;
        }));
        DateTimeOffset now = await cluster.NowAsync();
        await cluster.SetNextAsync("hourly", Hour(now, -1));
        await cluster.FiringsBecomeAsync("hourly", "the newest to run", all => all.Count == 2 && all[1].RunId.Length > 0);

        await cluster.SetNextAsync("hourly", Hour(now, -3));
        IReadOnlyList<Firing> firings = await cluster.FiringsBecomeAsync("hourly", "older times", all => all.Count == 4);

        Assert.Equal(
            [FiringDecision.SkippedMisfire, FiringDecision.SkippedMisfire, FiringDecision.SkippedMisfire, FiringDecision.Fired],
            firings.Select(firing => firing.Decision));
        TriggerScheduleResponse manual = await cluster.Client.TriggerScheduleAsync(new TriggerScheduleRequest { Name = "hourly", RequestId = "once" }, TestService.Headers("default"));
        Assert.Equal((true, FiringDecision.Fired), (manual.Firing.Manual, manual.Firing.Decision));
        await cluster.SetNextAsync("hourly", Hour(now, -9));
        firings = await cluster.FiringsBecomeAsync("hourly", "more times", all => all.Count == 11);
        Assert.Single(cluster.Runs.Runs, run => run.RunId == firings[^2].RunId);
        Assert.Equal(2, cluster.Runs.ByRequest.Count);
    }

    [Fact]
    public async Task CancelOther_RunStillActive_IsCancelledAndTheNewOneRuns()
    {
        await using SchedulerCluster cluster = await SchedulerCluster.StartAsync(fixture.Servers, 2, _deadline);
        await cluster.CreateAsync(SchedulerCluster.Example("latest", schedule =>
        {
            schedule.Plan = new Plan { Cron = "0 * * * *" };
            schedule.OverlapPolicy = OverlapPolicy.CancelOther;
            schedule.CatchUpPolicy = CatchUpPolicy.Last;
        }));
        await cluster.Client.TriggerScheduleAsync(new TriggerScheduleRequest { Name = "latest" }, TestService.Headers("default"));
        IReadOnlyList<Firing> first = await cluster.FiringsBecomeAsync("latest", "a run", all => all.Count == 1 && all[0].RunId.Length > 0);

        await cluster.SetNextAsync("latest", Hour(await cluster.NowAsync(), 0));
        await cluster.FiringsBecomeAsync(
            "latest", "both runs", all => all.Count == 2 && all.All(firing => firing.RunId.Length > 0) && all.Any(firing => firing.RunState == RunState.Cancelled));

        Assert.Equal([first[0].RunId], cluster.Runs.Cancelled.Distinct());
        Assert.Equal(2, cluster.Runs.ByRequest.Count);
    }

    [Fact]
    public async Task Failures_InARow_PauseTheScheduleWithTheCause()
    {
        await using SchedulerCluster cluster = await SchedulerCluster.StartAsync(fixture.Servers, 2, _deadline);
        await cluster.CreateAsync(SchedulerCluster.Example("fragile", schedule =>
        {
            schedule.Plan = new Plan { Cron = "0 * * * *" };
            schedule.PauseAfterFailures = 2;
        }));
        await cluster.SetNextAsync("fragile", Hour(await cluster.NowAsync(), -1));
        IReadOnlyList<Firing> firings = await cluster.FiringsBecomeAsync("fragile", "runs", all => all.Count == 2 && all.All(firing => firing.RunId.Length > 0));

        await cluster.EndAsync(firings[0].RunId, RunState.Failed);
        await cluster.EndAsync(firings[0].RunId, RunState.Failed);
        Schedule once = await Eventually.BecomesAsync("one failure", () => cluster.GetAsync("fragile"), schedule => schedule.FailureCount > 0, SchedulerCluster.Patience);
        Assert.Equal((1, false), (once.FailureCount, once.Paused));
        await cluster.EndAsync(firings[1].RunId, RunState.Failed);
        Schedule paused = await Eventually.BecomesAsync("the pause", () => cluster.GetAsync("fragile"), schedule => schedule.Paused, SchedulerCluster.Patience);

        Assert.Equal("2 runs in a row failed; the last: DATA_MISSING: No rows.", paused.PauseCause);
        Assert.Null(paused.NextFireTime);
        await cluster.SetNextAsync("fragile", Hour(await cluster.NowAsync(), -5));
        firings = await cluster.FiringsBecomeAsync("fragile", "skipped times", all => all.Count(firing => firing.Decision == FiringDecision.SkippedPaused) == 4);
        Assert.Equal(2, cluster.Runs.ByRequest.Count);
        ResumeScheduleResponse resumed = await cluster.Client.ResumeScheduleAsync(new ResumeScheduleRequest { Name = "fragile" }, TestService.Headers("default"));
        Assert.Equal((false, 0, ""), (resumed.Schedule.Paused, resumed.Schedule.FailureCount, resumed.Schedule.PauseCause));
        Assert.True(resumed.Schedule.NextFireTime.ToDateTimeOffset() > await cluster.NowAsync());
    }

    [Fact]
    public async Task Backfill_OfAPastRange_FiresEachInstantOnce()
    {
        await using SchedulerCluster cluster = await SchedulerCluster.StartAsync(fixture.Servers, 1, _deadline);
        await cluster.CreateAsync(SchedulerCluster.Example("hourly", schedule => schedule.Plan = new Plan { Cron = "0 * * * *" }));
        DateTimeOffset now = await cluster.NowAsync();
        var request = new BackfillScheduleRequest
        {
            Name = "hourly", StartTime = Timestamp.FromDateTimeOffset(Hour(now, -6)), EndTime = Timestamp.FromDateTimeOffset(Hour(now, 0)),
        };

        BackfillScheduleResponse first = await cluster.Client.BackfillScheduleAsync(request, TestService.Headers("default"));
        BackfillScheduleResponse second = await cluster.Client.BackfillScheduleAsync(request, TestService.Headers("default"));
        await cluster.FiringsBecomeAsync("hourly", "6 runs", all => all.Count(firing => firing.RunId.Length > 0 && firing.Manual) == 6);

        Assert.Equal((6, 0), (first.AddedCount, first.PresentCount));
        Assert.Equal((0, 6), (second.AddedCount, second.PresentCount));
        request.StartTime = Timestamp.FromDateTimeOffset(Hour(now, -2000));
        RpcException tooLarge = await Assert.ThrowsAsync<RpcException>(async () => await cluster.Client.BackfillScheduleAsync(request, TestService.Headers("default")));
        Assert.True(RpcError.TryRead(tooLarge, out RpcError? error));
        Assert.Equal("BACKFILL_TOO_LARGE", error.Reason);
    }

    private static DateTimeOffset Hour(DateTimeOffset now, int hours) =>
        DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds() / 3600 * 3600).AddHours(hours);
}

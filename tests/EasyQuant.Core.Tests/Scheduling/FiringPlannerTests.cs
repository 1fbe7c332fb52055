using EasyQuant.Scheduling;
using Xunit;
using static EasyQuant.Scheduling.FiringDecision;

namespace EasyQuant.Core.Tests.Scheduling;

public sealed class FiringPlannerTests
{
    private static readonly DateTimeOffset s_noon = Zones.Instant("2024-06-03T12:00:00Z");
    private static readonly ScheduleRule s_everyMinute =
        ScheduleRule.Cron(CronExpression.Parse("* * * * *"), TimeZoneInfo.Utc, null);

    [Fact]
    public void Plan_NothingOverdue_IsEmptyAndKeepsTheNextTime()
    {
        FiringPlan plan = Plan(new FiringPolicy(), s_noon.AddMinutes(1), s_noon);

        Assert.Empty(plan.Firings);
        Assert.Equal(s_noon.AddMinutes(1), plan.NextNominal);
    }

    [Fact]
    public void Plan_OneOnTime_FiresAndAdvances()
    {
        FiringPlan plan = Plan(new FiringPolicy(), s_noon, s_noon.AddSeconds(2));

        Assert.Equal([Fired], Decisions(plan));
        Assert.Equal(s_noon.AddMinutes(1), plan.NextNominal);
    }

    [Theory]
    [InlineData(CatchUpPolicy.None, new[] { SkippedMisfire, SkippedMisfire, SkippedMisfire })]
    [InlineData(CatchUpPolicy.Last, new[] { SkippedMisfire, SkippedMisfire, Fired })]
    [InlineData(CatchUpPolicy.All, new[] { Fired, Fired, Fired })]
    public void Plan_ThreeMissed_FollowsTheCatchUpPolicy(CatchUpPolicy catchUp, FiringDecision[] expected)
    {
        var policy = new FiringPolicy { CatchUp = catchUp, Overlap = OverlapPolicy.Allow, MisfireGrace = TimeSpan.FromSeconds(5) };

        Assert.Equal(expected, Decisions(Plan(policy, s_noon, s_noon.AddMinutes(2.5))));
    }

    [Fact]
    public void Plan_LastWithALaterTimeOnTime_FiresOnlyTheOneOnTime()
    {
        var policy = new FiringPolicy { Overlap = OverlapPolicy.Allow, MisfireGrace = TimeSpan.FromSeconds(5) };

        Assert.Equal([SkippedMisfire, SkippedMisfire, Fired], Decisions(Plan(policy, s_noon, s_noon.AddMinutes(2).AddSeconds(1))));
    }

    [Fact]
    public void Plan_AllOutsideWindowOrCount_SkipsTheOldest()
    {
        var policy = new FiringPolicy
        {
            CatchUp = CatchUpPolicy.All, Overlap = OverlapPolicy.Allow, CatchUpWindow = TimeSpan.FromMinutes(4), CatchUpCountMax = 3, MisfireGrace = TimeSpan.Zero,
        };

        Assert.Equal(
            [SkippedMisfire, SkippedMisfire, SkippedMisfire, Fired, Fired, Fired],
            Decisions(Plan(policy, s_noon, s_noon.AddMinutes(5).AddSeconds(30))));
    }

    [Fact]
    public void Plan_ManyToCatchUp_StartsTenAndLeavesTheRestOverdue()
    {
        var policy = new FiringPolicy { CatchUp = CatchUpPolicy.All, Overlap = OverlapPolicy.Allow };
        FiringPlan plan = Plan(policy, s_noon, s_noon.AddMinutes(30));

        Assert.Equal(FiringPlanner.FiredMax, plan.Firings.Count);
        Assert.Equal(s_noon.AddMinutes(10), plan.NextNominal);
    }

    [Fact]
    public void Plan_ALongOutage_CoversEveryTimeOnce()
    {
        ScheduleRule rule = ScheduleRule.Interval(new IntervalSchedule(TimeSpan.FromSeconds(1), TimeSpan.Zero), TimeZoneInfo.Utc, null);
        DateTimeOffset now = s_noon.AddHours(20);
        long covered = 0;
        int fired = 0;
        DateTimeOffset? next = s_noon;
        int plans = 0;
        while (next <= now)
        {
            FiringPlan plan = FiringPlanner.Plan(rule, new FiringPolicy(), new FiringState(next.Value, false, 0, 0), now);
            Assert.Equal(next, plan.Firings[0].Nominal);
            covered += plan.Firings.Sum(firing => (long)firing.CoveredCount);
            fired += plan.Firings.Count(firing => firing.Decision == Fired);
            next = plan.NextNominal;
            plans++;
        }

        Assert.Equal((72_001, now.AddSeconds(1)), (covered, next));
        // The newest is on time within the grace of 60 s; skip lets one of each plan run, because nothing ends meanwhile here.
        Assert.InRange(fired, 1, plans);
    }

    [Theory]
    [InlineData(OverlapPolicy.Skip, 0, 0, new[] { Fired, SkippedOverlap, SkippedOverlap })]
    [InlineData(OverlapPolicy.Skip, 1, 0, new[] { SkippedOverlap, SkippedOverlap, SkippedOverlap })]
    [InlineData(OverlapPolicy.QueueOne, 0, 0, new[] { Fired, Waiting, SkippedOverlap })]
    [InlineData(OverlapPolicy.QueueOne, 1, 1, new[] { SkippedOverlap, SkippedOverlap, SkippedOverlap })]
    [InlineData(OverlapPolicy.QueueAll, 1, 0, new[] { Waiting, Waiting, SkippedOverlap })]
    [InlineData(OverlapPolicy.QueueAll, 0, 1, new[] { Waiting, SkippedOverlap, SkippedOverlap })]
    [InlineData(OverlapPolicy.Allow, 5, 0, new[] { Fired, Fired, Fired })]
    [InlineData(OverlapPolicy.CancelOther, 1, 0, new[] { SkippedOverlap, SkippedOverlap, Fired })]
    public void Plan_ThreeOnTime_FollowsTheOverlapPolicy(OverlapPolicy overlap, int active, int waiting, FiringDecision[] expected)
    {
        var policy = new FiringPolicy { Overlap = overlap, MisfireGrace = TimeSpan.FromHours(1), WaitingMax = 2 };
        FiringPlan plan = FiringPlanner.Plan(s_everyMinute, policy, new FiringState(s_noon, false, active, waiting), s_noon.AddMinutes(2));

        Assert.Equal(expected, Decisions(plan));
        Assert.Equal(overlap == OverlapPolicy.CancelOther, plan.CancelsOthers);
    }

    [Fact]
    public void Plan_Paused_SkipsEveryTime()
    {
        FiringPlan plan = FiringPlanner.Plan(s_everyMinute, new FiringPolicy(), new FiringState(s_noon, true, 0, 0), s_noon.AddMinutes(1));

        Assert.Equal([SkippedPaused, SkippedPaused], Decisions(plan));
    }

    [Fact]
    public void Plan_DateNotInTheCalendar_IsSkippedByCalendar()
    {
        var calendar = new DateFilter("SSE", [new(2024, 6, 4)], new(2024, 6, 1), new(2024, 6, 30));
        ScheduleRule rule = ScheduleRule.Cron(CronExpression.Parse("* * * * *"), TimeZoneInfo.Utc, calendar);
        FiringPlan plan = FiringPlanner.Plan(rule, new FiringPolicy(), new FiringState(s_noon, false, 0, 0), s_noon);

        Assert.Equal([SkippedCalendar], Decisions(plan));
    }

    [Fact]
    public void Plan_RuleThatEnds_HasNoNextTime()
    {
        ScheduleRule rule = s_everyMinute.Between(null, s_noon.AddSeconds(1));

        Assert.Null(FiringPlanner.Plan(rule, new FiringPolicy(), new FiringState(s_noon, false, 0, 0), s_noon).NextNominal);
    }

    [Fact]
    public void Policy_WithContradictionsAndBadNumbers_ReportsAllFindings()
    {
        var policy = new FiringPolicy
        {
            CatchUp = CatchUpPolicy.All, CatchUpCountMax = 0, CatchUpWindow = TimeSpan.FromDays(-1), MisfireGrace = TimeSpan.FromHours(2), WaitingMax = 0, PauseAfterFailures = -1,
        };

        Assert.Equal(
            ["catch_up_window", "catch_up_count_max", "misfire_grace", "waiting_max", "pause_after_failures", "overlap_policy"],
            policy.Validate().Select(finding => finding.Field));
        Assert.Empty(new FiringPolicy().Validate());
        Assert.True(new FiringPolicy { PauseAfterFailures = 3 }.PausesAfter(3));
        Assert.False(new FiringPolicy().PausesAfter(1000));
    }

    private static FiringPlan Plan(FiringPolicy policy, DateTimeOffset next, DateTimeOffset now) =>
        FiringPlanner.Plan(s_everyMinute, policy, new FiringState(next, false, 0, 0), now);

    private static FiringDecision[] Decisions(FiringPlan plan) => [.. plan.Firings.Select(firing => firing.Decision)];
}

using EasyQuant.Contracts.Schedule.V1;
using EasyQuant.Persistence.Faults;
using EasyQuant.Services.Tests.Workflow;
using Google.Protobuf.WellKnownTypes;

namespace EasyQuant.Services.Tests.Scheduler;

/// <summary>Failpoints belong to the process, so these tests share a collection with the others that arm some.</summary>
[Collection(WorkflowServers.Name)]
public sealed class SchedulerFaultTests(WorkflowFixture fixture)
{
    [Theory]
    [InlineData("schedules.fire")]
    [InlineData("firings.claim")]
    [InlineData("firings.save")]
    public async Task Fault_AtEitherSideOfACommit_StillGivesOneRunEach(string work)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        using IDisposable armed = Failpoints.Arm($"{work}.before-commit:throw:2,{work}.after-commit:throw:3");
        await using SchedulerCluster cluster = await SchedulerCluster.StartAsync(fixture.Servers, 2, deadline.Token);
        await cluster.CreateAsync(SchedulerCluster.Example("minutes", schedule => schedule.Plan = new Plan { Interval = Duration.FromTimeSpan(TimeSpan.FromMinutes(1)) }));
        DateTimeOffset now = await cluster.NowAsync();
        await cluster.SetNextAsync("minutes", DateTimeOffset.FromUnixTimeSeconds((now.ToUnixTimeSeconds() / 60 * 60) - 3600));

        IReadOnlyList<Firing> firings = await cluster.FiringsBecomeAsync("minutes", "all runs", all => all.Count > 60 && all.All(firing => firing.RunId.Length > 0));

        Assert.Equal(firings.Count, firings.Select(firing => firing.NominalTime).Distinct().Count());
        Assert.Equal(firings.Select(firing => firing.RunId).Order(), cluster.Runs.Runs.Select(run => run.RunId).Order());
    }
}

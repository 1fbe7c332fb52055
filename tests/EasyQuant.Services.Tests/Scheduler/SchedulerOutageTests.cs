using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Schedule.V1;
using EasyQuant.Testing;
using Google.Protobuf.WellKnownTypes;

namespace EasyQuant.Services.Tests.Scheduler;

public sealed class SchedulerOutageTests
{
    [Fact]
    public async Task TwoReplicas_BrokerWorkflowAndDatabaseAwayOverTwentyFirings_TwentyRuns()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(8));
        await using TestServers servers = await TestServers.StartOwnAsync(durable: true, deadline.Token);
        await using SchedulerCluster cluster = await SchedulerCluster.StartAsync(servers, 2, deadline.Token);
        DateTimeOffset start = DateTimeOffset.FromUnixTimeSeconds((await cluster.NowAsync()).ToUnixTimeSeconds() + 2);
        await cluster.CreateAsync(SchedulerCluster.Example("seconds", schedule => schedule.Plan = new Plan
        {
            Interval = Duration.FromTimeSpan(TimeSpan.FromSeconds(1)),
            StartTime = Timestamp.FromDateTimeOffset(start),
            EndTime = Timestamp.FromDateTimeOffset(start.AddSeconds(20)),
        }));

        await cluster.FiringsBecomeAsync("seconds", "4 firings", all => all.Count >= 4);
        await servers.Own.RabbitMq.KillAsync();
        cluster.Runs.LosesReplies = true;
        await cluster.FiringsBecomeAsync("seconds", "10 firings", all => all.Count >= 10);
        cluster.Runs.LosesReplies = false;
        await servers.Own.RabbitMq.StartAsync(deadline.Token);
        await cluster.FiringsBecomeAsync("seconds", "12 firings", all => all.Count >= 12);
        await servers.Own.Postgres.KillAsync();
        await servers.Own.Postgres.StartAsync(deadline.Token);
        IReadOnlyList<Firing> firings = await Eventually.BecomesAsync(
            "20 runs", () => cluster.FiringsAsync("seconds"), all => all.Count(firing => firing.RunId.Length > 0) >= 20, TimeSpan.FromMinutes(3));

        Assert.Equal(Enumerable.Range(0, 20).Select(second => start.AddSeconds(second)), firings.Select(firing => firing.NominalTime.ToDateTimeOffset()));
        Assert.All(firings, firing => Assert.Equal(FiringDecision.Fired, firing.Decision));
        Assert.Equal(20, cluster.Runs.ByRequest.Count);
        Assert.True((await cluster.GetAsync("seconds")).Expired);

        // The consumers of both replicas come back with the broker.
        foreach (Firing firing in firings)
        {
            await cluster.EndAsync(firing.RunId, RunState.Succeeded);
        }

        await Eventually.BecomesAsync(
            "20 ends", () => cluster.FiringsAsync("seconds"), all => all.All(firing => firing.RunState == RunState.Succeeded), TimeSpan.FromMinutes(3));
    }
}

using System.Globalization;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Schedule.V1;
using EasyQuant.LocalServers;
using EasyQuant.Services.Tests.Workflow;
using EasyQuant.Testing;
using Google.Protobuf.WellKnownTypes;

namespace EasyQuant.Services.Tests.Scheduler;

public sealed class SchedulerAcceptanceTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task TwoReplicasAndTheRealWorkflow_BrokerAndWorkflowAwayOverTwentyFirings_TwentyRuns()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(240));
        await using TestServers servers = await TestServers.StartOwnAsync(durable: true, deadline.Token);
        string database = await servers.CreateDatabaseAsync(deadline.Token);
        string broker = await servers.CreateVirtualHostAsync(deadline.Token);
        string port = FreePorts.Next().ToString(CultureInfo.InvariantCulture);
        var settings = new Dictionary<string, string?> { ["GRPC_PORT"] = port };
        WorkflowHost workflow = await WorkflowHost.StartAsync(database, broker, settings, deadline.Token);
        try
        {
            await WorkflowFixture.PrepareAsync(workflow);
            var address = new Uri($"http://127.0.0.1:{port}");
            await using TestService first = await SchedulerCluster.StartReplicaAsync(database, broker, address, deadline.Token);
            await using TestService second = await SchedulerCluster.StartReplicaAsync(database, broker, address, deadline.Token);
            var client = new ScheduleService.ScheduleServiceClient(second.Channel);
            await client.CreateScheduleAsync(new CreateScheduleRequest { Schedule = TwentySeconds() }, TestService.Headers("default"));

            await FiringsAsync(client, "4 runs", all => all.Count(firing => firing.RunId.Length > 0) >= 4);
            await servers.Own.RabbitMq.KillAsync();
            await FiringsAsync(client, "8 firings", all => all.Count >= 8);
            await workflow.DisposeAsync();
            await FiringsAsync(client, "12 firings", all => all.Count >= 12);
            Task broken = servers.Own.RabbitMq.StartAsync(deadline.Token);
            workflow = await WorkflowHost.StartAsync(database, broker, settings, deadline.Token);
            await broken;
            IReadOnlyList<Firing> firings = await FiringsAsync(client, "20 runs", all => all.Count(firing => firing.RunId.Length > 0) >= 20);

            ListRunsResponse runs = await workflow.Runs.ListRunsAsync(new ListRunsRequest { PageSize = 500 });
            Assert.Equal(20, firings.Count);
            Assert.All(firings.Zip(firings.Skip(1)), pair => Assert.Equal(TimeSpan.FromSeconds(1), pair.First.NominalTime.ToDateTime() - pair.Second.NominalTime.ToDateTime()));
            Assert.Equal(firings.Select(firing => firing.RunId).Order(), runs.Runs.Select(run => run.RunId).Order());
            await CompleteAllAsync(workflow, firings);
            firings = await FiringsAsync(client, "20 ends", all => all.All(firing => firing.RunState == RunState.Succeeded));
            Assert.All(firings, firing => Assert.NotNull(firing.RunElapsed));
        }
        finally
        {
            await workflow.DisposeAsync();
        }
    }

    private static Schedule TwentySeconds() => SchedulerCluster.Example("seconds", schedule =>
    {
        DateTimeOffset start = TimeProvider.System.GetUtcNow().AddSeconds(2);
        schedule.WorkflowName = "chain";
        schedule.Inputs = Struct.Parser.ParseJson("""{"symbol":"600000.SH"}""");
        schedule.Plan = new Plan
        {
            Interval = Duration.FromTimeSpan(TimeSpan.FromSeconds(1)),
            StartTime = Timestamp.FromDateTimeOffset(start),
            EndTime = Timestamp.FromDateTimeOffset(start.AddSeconds(20)),
        };
    });

    private static Task<IReadOnlyList<Firing>> FiringsAsync(
        ScheduleService.ScheduleServiceClient client, string what, Func<IReadOnlyList<Firing>, bool> accept) => Eventually.BecomesAsync<IReadOnlyList<Firing>>(
            what,
            async () => (await client.ListFiringsAsync(new ListFiringsRequest { Name = "seconds", PageSize = 500 }, TestService.Headers("default"))).Firings,
            accept,
            s_patience);

    private static async Task CompleteAllAsync(WorkflowHost workflow, IReadOnlyList<Firing> firings)
    {
        var runner = new FakeRunner(workflow);
        foreach (Firing firing in firings)
        {
            ClaimedRun claimed = await runner.ClaimAsync(firing.RunId);
            await runner.CompleteAsync(claimed.Run);
        }
    }
}

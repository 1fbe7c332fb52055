using System.Globalization;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Schedule.V1;
using EasyQuant.EndToEnd;
using EasyQuant.Faults.Oracles;
using EasyQuant.Samples.Demo;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace EasyQuant.Faults;

/// <summary>A schedule (L4) that fires every second for a known number of instants, each of which is to have its run, late or not.</summary>
internal sealed class WatchedSchedule
{
    private const string Workflow =
        """{"schema":"easyquant/workflow/1","name":"fault-tick","nodes":[{"id":"n","type":"JsonMap","params":{"value":1}}],"edges":[]}""";

    private readonly FaultFixture _platform;
    private readonly string _name = $"tick-{Guid.NewGuid():N}";
    private DateTimeOffset _first;
    private int _count;

    private WatchedSchedule(FaultFixture platform, DateTimeOffset first, int count)
    {
        _platform = platform;
        _first = first;
        _count = count;
    }

    /// <summary>Stores the schedule; its first instant is a second away.</summary>
    public static async Task<WatchedSchedule> StartAsync(FaultFixture platform, PlatformClient client, int count, CancellationToken cancellationToken)
    {
        await client.StoreWorkflowAsync(Workflow, cancellationToken);
        DateTimeOffset first = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1);
        var schedule = new WatchedSchedule(platform, first, count);
        using var gateway = new GatewayGrpc(platform.Host.Grpc, platform.Host.Key);
        CreateScheduleResponse stored = await new ScheduleService.ScheduleServiceClient(gateway.Invoker).CreateScheduleAsync(
            new CreateScheduleRequest
            {
                Schedule = new Schedule
                {
                    Name = schedule._name,
                    WorkflowName = "fault-tick",
                    OverlapPolicy = OverlapPolicy.Allow,
                    CatchUpPolicy = CatchUpPolicy.All,
                    Plan = new Plan
                    {
                        Interval = Duration.FromTimeSpan(TimeSpan.FromSeconds(1)),
                        StartTime = first.ToTimestamp(),
                        EndTime = first.AddSeconds(count).ToTimestamp(),
                    },
                },
            },
            gateway.Options());
        // Instants before it was stored were never due.
        int past = (int)Math.Ceiling(Math.Max(0, (stored.Schedule.CreateTime.ToDateTimeOffset() - first).TotalSeconds));
        schedule._first = first.AddSeconds(past);
        schedule._count = count - past;
        Assert.InRange(schedule._count, 1, count);
        return schedule;
    }

    /// <summary>Waits until every instant has a run that succeeded, and asks O5 and whether each has one of its own.</summary>
    public async Task AssertEachFiredOnceAsync(CancellationToken cancellationToken)
    {
        using var gateway = new GatewayGrpc(_platform.Host.Grpc, _platform.Host.Key);
        var schedules = new ScheduleService.ScheduleServiceClient(gateway.Invoker);
        IReadOnlyList<Firing> firings = [];
        await Poll.UntilAsync(
            "a run for each instant of the schedule",
            async () =>
            {
                firings = await ListAsync(schedules, gateway, cancellationToken);
                int ended = firings.Count(firing => firing.RunState == RunState.Succeeded);
                return (ended >= _count, string.Create(CultureInfo.InvariantCulture, $"{ended} of {_count}: {string.Join("; ", firings.Select(firing => $"{firing.NominalTime} {firing.Decision} {firing.RunState} {firing.Error}"))}"));
            },
            cancellationToken);
        Assert.Empty(Oracle.Schedules(
            Enumerable.Range(0, _count).Select(i => new Oracle.Firing(_name, _first.AddSeconds(i), nameof(FiringDecision.Fired))),
            firings.Select(firing => new Oracle.Firing(_name, firing.NominalTime.ToDateTimeOffset(), firing.Decision.ToString()))));
        Assert.Equal(_count, firings.Select(firing => firing.RunId).Distinct(StringComparer.Ordinal).Count());
        Assert.All(firings, firing => Assert.Equal(1, firing.CoveredCount));
    }

    // The Gateway may be the one that is away.
    private async Task<IReadOnlyList<Firing>> ListAsync(ScheduleService.ScheduleServiceClient schedules, GatewayGrpc gateway, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return [.. (await schedules.ListFiringsAsync(new ListFiringsRequest { Name = _name, PageSize = 100 }, gateway.Options())).Firings];
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.Internal)
        {
            return [];
        }
    }
}

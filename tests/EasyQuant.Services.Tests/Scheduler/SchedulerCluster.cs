using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Schedule.V1;
using EasyQuant.Messaging;
using EasyQuant.SchedulerService;
using EasyQuant.ServiceDefaults.Grpc;
using EasyQuant.Testing;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using RabbitMQ.Client;
using Enum = System.Enum;

namespace EasyQuant.Services.Tests.Scheduler;

/// <summary>Replicas of the Scheduler over one real database and broker, and a Workflow service in memory that tells its events to the broker.</summary>
internal sealed class SchedulerCluster : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly List<TestService> _replicas = [];
    private readonly MessagePublisher _publisher;
    private readonly TestService _workflow;
    private readonly NpgsqlDataSource _database;
    private long _sequence;

    private SchedulerCluster(TestService workflow, FakeRuns runs, NpgsqlDataSource database, MessagePublisher publisher)
    {
        _workflow = workflow;
        Runs = runs;
        _database = database;
        _publisher = publisher;
    }

    public FakeRuns Runs { get; }

    public ScheduleService.ScheduleServiceClient Client => new(_replicas[0].Channel);

    public static async Task<SchedulerCluster> StartAsync(
        TestServers servers, int replicaCount, CancellationToken cancellationToken, string trackInterval = "00:00:02")
    {
        string database = await servers.CreateDatabaseAsync(cancellationToken);
        string broker = await servers.CreateVirtualHostAsync(cancellationToken);
        var runs = new FakeRuns();
        TestService workflow = await TestService.StartAsync(
            [],
            builder =>
            {
                builder.AddGrpcServerDefaults();
                builder.Services.AddSingleton(runs);
            },
            app =>
            {
                app.MapGrpcService<FakeRuns>();
                app.MapGrpcService<FakeWorkflows>();
            },
            cancellationToken);
        var publisher = new MessagePublisher(
            new ConnectionFactory { Uri = new Uri(broker) }, new BrokerOptions(), TimeProvider.System, NullLogger<MessagePublisher>.Instance);
        var cluster = new SchedulerCluster(workflow, runs, NpgsqlDataSource.Create(database), publisher);
        for (int replica = 0; replica < replicaCount; replica++)
        {
            cluster._replicas.Add(await StartReplicaAsync(database, broker, workflow.GrpcAddress, cancellationToken, trackInterval));
        }

        return cluster;
    }

    /// <summary>Starts one replica that looks ten times a second.</summary>
    public static Task<TestService> StartReplicaAsync(
        string database, string broker, Uri workflow, CancellationToken cancellationToken, string trackInterval = "00:00:02") =>
        TestService.StartAsync(
            new Dictionary<string, string?>
            {
                ["ConnectionStrings:easyquant"] = database,
                ["ConnectionStrings:messaging"] = broker,
                ["Services:workflow:grpc:0"] = workflow.ToString(),
                ["Scheduler:TickInterval"] = "00:00:00.1",
                ["Scheduler:DispatchInterval"] = "00:00:00.1",
                ["Scheduler:TrackInterval"] = trackInterval,
                ["Scheduler:DispatchLease"] = "00:00:01",
                ["Scheduler:DispatchRetryDelayMax"] = "00:00:01",
            },
            builder => builder.AddScheduler(),
            app => app.MapScheduler(),
            cancellationToken);

    /// <summary>A schedule of the workflow "daily" that may be changed before it is stored.</summary>
    public static Schedule Example(string name, Action<Schedule>? change = null)
    {
        var schedule = new Schedule
        {
            Name = name,
            WorkflowName = "daily",
            Plan = new Plan { Cron = "0 9 * * 1-5", TimeZone = "Asia/Shanghai" },
            OverlapPolicy = OverlapPolicy.Allow,
            CatchUpPolicy = CatchUpPolicy.All,
        };
        change?.Invoke(schedule);
        return schedule;
    }

    public async Task<Schedule> CreateAsync(Schedule schedule, string project = "default") =>
        (await Client.CreateScheduleAsync(new CreateScheduleRequest { Schedule = schedule }, TestService.Headers(project))).Schedule;

    public async Task<Schedule> GetAsync(string name) =>
        (await Client.GetScheduleAsync(new GetScheduleRequest { Name = name }, TestService.Headers("default"))).Schedule;

    /// <summary>Firings of a schedule, oldest first.</summary>
    public async Task<IReadOnlyList<Firing>> FiringsAsync(string name)
    {
        var request = new ListFiringsRequest { Name = name, PageSize = 500 };
        return [.. (await Client.ListFiringsAsync(request, TestService.Headers("default"))).Firings.Reverse()];
    }

    /// <summary>Waits until the firings are as asked.</summary>
    public Task<IReadOnlyList<Firing>> FiringsBecomeAsync(string name, string what, Func<IReadOnlyList<Firing>, bool> accept) =>
        Eventually.BecomesAsync($"{what} of {name}", () => FiringsAsync(name), accept, Patience);

    /// <summary>Sets the clock of a schedule back: its next nominal time becomes an instant of the past.</summary>
    public async Task SetNextAsync(string name, DateTimeOffset nominal)
    {
        await using NpgsqlCommand command = _database.CreateCommand("update scheduler.schedules set next_nominal = $1 where name = $2");
        command.Parameters.AddWithValue(nominal.UtcDateTime);
        command.Parameters.AddWithValue(name);
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
    }

    /// <summary>Gives a stored schedule a zone that this machine may not know.</summary>
    public async Task SetZoneAsync(string name, string zone)
    {
        await using NpgsqlCommand command = _database.CreateCommand(
            "update scheduler.schedules set definition = replace(definition, 'Asia/Shanghai', $1) where name = $2");
        command.Parameters.AddWithValue(zone);
        command.Parameters.AddWithValue(name);
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
    }

    /// <summary>Lets no schedule be stored until what is returned is disposed of.</summary>
    public async Task<IAsyncDisposable> HoldAsync()
    {
        NpgsqlConnection connection = await _database.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("begin; lock table scheduler.schedules in share mode", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    /// <summary>Whether something waits for <see cref="HoldAsync"/>.</summary>
    public async Task<bool> IsHeldAsync()
    {
        await using NpgsqlCommand command = _database.CreateCommand(
            "select exists (select from pg_locks l join pg_stat_activity a using (pid) where not l.granted and l.relation = 'scheduler.schedules'::regclass and a.query ilike '%insert into scheduler.schedules%')");
        return (bool)(await command.ExecuteScalarAsync())!;
    }

    public async Task<DateTimeOffset> NowAsync()
    {
        await using NpgsqlCommand command = _database.CreateCommand("select clock_timestamp()");
        return new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync())!);
    }

    /// <summary>Ends the run in the Workflow service and, when asked, tells it.</summary>
    public async Task EndAsync(string runId, RunState state, bool tells = true)
    {
        Run run = Runs.End(runId, state);
        if (!tells)
        {
            return;
        }

        var changed = new RunChanged
        {
            Event = new RunEvent { RunId = runId, Sequence = Interlocked.Increment(ref _sequence), Type = "run." + state.ToString().ToLowerInvariant(), RunState = state },
            Run = run.Clone(),
        };
        var message = new OutgoingMessage
        {
            MessageId = Guid.NewGuid(), Exchange = Topology.EventsExchange, RoutingKey = "workflow.run." + state.ToString().ToLowerInvariant(),
            Type = RunsChanged.Descriptor.FullName, ProjectId = "default", Body = new RunsChanged { Changes = { changed } }.ToByteArray(),
        };

        // A replica serves calls before its queue is bound: until then the broker returns the message.
        await Eventually.BecomesAsync(
            "a queue for the event",
            () => _publisher.PublishAsync(message, CancellationToken.None),
            outcome => outcome == PublishOutcome.Confirmed,
            Patience);
    }

    /// <summary>Stops one replica for good.</summary>
    public async Task StopReplicaAsync()
    {
        TestService last = _replicas[^1];
        _replicas.RemoveAt(_replicas.Count - 1);
        await last.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_replicas.Select(replica => replica.DisposeAsync().AsTask()));
        await _workflow.DisposeAsync();
        await _publisher.DisposeAsync();
        await _database.DisposeAsync();
    }
}

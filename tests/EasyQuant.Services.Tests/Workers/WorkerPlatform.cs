using EasyQuant.Contracts.Worker.V1;
using EasyQuant.MonitorService;
using EasyQuant.RunnerService;
using EasyQuant.Services.Tests.Runner;
using EasyQuant.Services.Tests.Scheduler;
using EasyQuant.Testing;
using Microsoft.AspNetCore.Builder;

namespace EasyQuant.Services.Tests.Workers;

/// <summary>A Workflow service with one Runner of the platform that is stopped at once (the node types stay), a Monitor, and workers that come and go.</summary>
internal sealed class WorkerPlatform : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly List<TestService> _workers = [];

    private WorkerPlatform(RunnerHost runner, TestService monitor)
    {
        Runner = runner;
        Monitor = monitor;
    }

    public RunnerHost Runner { get; }

    public TestService Monitor { get; private set; }

    public WorkerService.WorkerServiceClient Pool => new(Monitor.Channel);

    public TaskService.TaskServiceClient Tasks => new(Monitor.Channel);

    public static async Task<WorkerPlatform> StartAsync(TestServers servers, CancellationToken cancellationToken)
    {
        RunnerHost runner = await RunnerHost.StartAsync(servers);
        await runner.StopRunnerAsync();
        return new WorkerPlatform(runner, await StartMonitorAsync(runner, cancellationToken));
    }

    public async Task RestartMonitorAsync(CancellationToken cancellationToken)
    {
        await Monitor.DisposeAsync();
        Monitor = await StartMonitorAsync(Runner, cancellationToken);
    }

    /// <summary>Starts a worker that listens and has neither database nor broker.</summary>
    public async Task<TestService> StartWorkerAsync(string name, CancellationToken cancellationToken, Dictionary<string, string?>? more = null)
    {
        var settings = new Dictionary<string, string?>(more ?? [])
        {
            ["EASYQUANT_DATA_ROOT"] = Runner.Workflow.DataRoot,
            ["Runner:Name"] = name,
            ["Runner:Listen"] = "true",
            ["Runner:PollInterval"] = "00:00:00.200",
            ["Runner:DrainTimeout"] = "00:00:00.200",
        };
        TestService worker = await TestService.StartAsync(settings, builder => builder.AddRunner(), app => app.MapRunner(), cancellationToken);
        _workers.Add(worker);
        return worker;
    }

    public async Task StopWorkerAsync(TestService worker)
    {
        _workers.Remove(worker);
        await worker.DisposeAsync();
    }

    /// <summary>Lets the platform dial a worker and waits until it is in the pool.</summary>
    public async Task AddAsync(TestService worker, string name)
    {
        await Pool.AddWorkerAddressAsync(new AddWorkerAddressRequest { Address = worker.GrpcAddress.Authority }, TestService.Headers("default"));
        await BecomesAsync(name, one => one.State is WorkerState.Idle or WorkerState.Busy && one.Load is not null);
    }

    public Task<Worker?> BecomesAsync(string name, Func<Worker, bool> accept) => Eventually.BecomesAsync(
        $"worker {name}",
        async () => (await Pool.ListWorkersAsync(new ListWorkersRequest(), TestService.Headers("default"))).Workers.FirstOrDefault(worker => worker.Registration.Name == name),
        worker => worker is not null && accept(worker),
        Patience);

    public async ValueTask DisposeAsync()
    {
        await Monitor.DisposeAsync();
        await Task.WhenAll(_workers.Select(worker => worker.DisposeAsync().AsTask()));
        await Runner.DisposeAsync();
    }

    private static Task<TestService> StartMonitorAsync(RunnerHost runner, CancellationToken cancellationToken) => TestService.StartAsync(
        new Dictionary<string, string?>
        {
            ["ConnectionStrings:easyquant"] = runner.Settings["ConnectionStrings:easyquant"],
            ["ConnectionStrings:messaging"] = runner.Settings["ConnectionStrings:messaging"],
            ["Services:workflow:grpc:0"] = runner.Workflow.Address,
            ["Monitor:HeartbeatInterval"] = "00:00:00.2",
            ["Monitor:LostAfter"] = "00:00:05",
            ["Monitor:SessionPollInterval"] = "00:00:00.1",
        },
        builder => builder.AddMonitor(),
        app => app.MapMonitor(),
        cancellationToken);
}

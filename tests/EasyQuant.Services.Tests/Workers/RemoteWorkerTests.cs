using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Worker.V1;
using EasyQuant.RunnerService;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.Services.Tests.Scheduler;
using EasyQuant.Testing;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;

namespace EasyQuant.Services.Tests.Workers;

/// <summary>Workers that the platform dials: everything they need goes over that one stream.</summary>
public sealed class RemoteWorkerTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private const string Sum = """
        "outputs":[{"name":"sum","from":"map.value"}],"nodes":[{"id":"map","type":"JsonMap","params":{"value":{"sum":3}}}]
        """;

    private readonly CancellationToken _deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3)).Token;

    [Fact]
    public async Task Worker_AddedByAddress_ExecutesRunsAndIsRedialledAfterEachSideRestarts()
    {
        await using WorkerPlatform platform = await WorkerPlatform.StartAsync(fixture.Servers, _deadline);
        TestService worker = await platform.StartWorkerAsync("far", _deadline);
        await platform.AddAsync(worker, "far");
        await platform.Runner.CreateAsync("sum", Sum);

        Run first = await platform.Runner.WaitAsync((await platform.Runner.StartAsync("sum")).RunId);
        Assert.Equal(RunState.Succeeded, first.State);
        Assert.Equal((await platform.BecomesAsync("far", _ => true))!.Registration.WorkerId, first.WorkerId);

        // The address is kept in the database; the new process of the Monitor dials it.
        await platform.RestartMonitorAsync(_deadline);
        Run second = await platform.Runner.WaitAsync((await platform.Runner.StartAsync("sum")).RunId);
        Assert.Equal(RunState.Succeeded, second.State);

        string port = worker.GrpcAddress.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await platform.StopWorkerAsync(worker);
        await Eventually.BecomesAsync("the failure in the list", AddressAsync(platform), address => !address.Connected && address.LastError.Length > 0, WorkerPlatform.Patience);
        await platform.StartWorkerAsync("far", _deadline, new() { ["GRPC_PORT"] = port });
        Run third = await platform.Runner.WaitAsync((await platform.Runner.StartAsync("sum")).RunId);
        Assert.Equal(RunState.Succeeded, third.State);

        await platform.Pool.RemoveWorkerAddressAsync(new RemoveWorkerAddressRequest { Address = worker.GrpcAddress.Authority }, TestService.Headers("default"));
        await platform.BecomesAsync("far", one => one.State is WorkerState.Offline or WorkerState.Lost);
    }

    [Fact]
    public async Task Worker_OfAnotherInstallation_IsNotTakenInAndLearnsNoSecret()
    {
        await using WorkerPlatform platform = await WorkerPlatform.StartAsync(fixture.Servers, _deadline);
        TestService stranger = await TestService.StartAsync(
            new Dictionary<string, string?> { ["EASYQUANT_DATA_ROOT"] = platform.Runner.Workflow.DataRoot, ["Runner:Listen"] = "true" },
            builder =>
            {
                // Last wins: another secret than the one that the test service sets.
                Microsoft.Extensions.Configuration.MemoryConfigurationBuilderExtensions.AddInMemoryCollection(
                    builder.Configuration, [new("EASYQUANT_INTERNAL_CREDENTIAL", "another-secret-of-32-characters-x")]);
                builder.AddRunner();
            },
            app => app.MapRunner(),
            _deadline);
        await using TestService strangerOwner = stranger;

        await platform.Pool.AddWorkerAddressAsync(new AddWorkerAddressRequest { Address = stranger.GrpcAddress.Authority }, TestService.Headers("default"));

        WorkerAddress refused = await Eventually.BecomesAsync("the refusal", AddressAsync(platform), address => address.LastError.Length > 0, WorkerPlatform.Patience);
        Assert.Contains("does not know the secret", refused.LastError, StringComparison.Ordinal);
        Assert.Empty((await platform.Pool.ListWorkersAsync(new ListWorkersRequest(), TestService.Headers("default"))).Workers);
    }

    [Fact]
    public async Task Worker_OfAProject_GetsNoRunOfAnother()
    {
        await using WorkerPlatform platform = await WorkerPlatform.StartAsync(fixture.Servers, _deadline);
        TestService worker = await platform.StartWorkerAsync("theirs", _deadline);
        await platform.Pool.AddWorkerAddressAsync(new AddWorkerAddressRequest { Address = worker.GrpcAddress.Authority }, TestService.Headers("other"));
        await Eventually.TrueAsync(
            "the worker in its pool",
            async () => (await platform.Pool.ListWorkersAsync(new ListWorkersRequest(), TestService.Headers("other"))).Workers.Count == 1, WorkerPlatform.Patience);
        await platform.Runner.CreateAsync("sum", Sum);
        Run mine = await platform.Runner.StartAsync("sum");

        // Ours comes and takes what theirs, which polls five times a second, left alone.
        await platform.AddAsync(await platform.StartWorkerAsync("ours", _deadline), "ours");
        Run ended = await platform.Runner.WaitAsync(mine.RunId);

        Assert.Equal((await platform.BecomesAsync("ours", _ => true))!.Registration.WorkerId, ended.WorkerId);
    }

    [Fact]
    public async Task Worker_AtItsCeiling_SaysSoAndTakesNothing()
    {
        await using WorkerPlatform platform = await WorkerPlatform.StartAsync(fixture.Servers, _deadline);
        TestService full = await platform.StartWorkerAsync("full", _deadline, new() { ["Runner:MemoryCeilingBytes"] = "67108864" });
        await platform.Pool.AddWorkerAddressAsync(new AddWorkerAddressRequest { Address = full.GrpcAddress.Authority }, TestService.Headers("default"));

        Worker? worker = await platform.BecomesAsync("full", one => one.Load is { Refusal.Length: > 0 });

        Assert.StartsWith("memory ", worker!.Load.Refusal, StringComparison.Ordinal);
        await platform.Runner.CreateAsync("sum", Sum);
        Run run = await platform.Runner.StartAsync("sum");
        await platform.AddAsync(await platform.StartWorkerAsync("free", _deadline), "free");
        Assert.Equal((await platform.BecomesAsync("free", _ => true))!.Registration.WorkerId, (await platform.Runner.WaitAsync(run.RunId)).WorkerId);
    }

    [Fact]
    public async Task Address_Malformed_IsRefusedAndNotKept()
    {
        await using WorkerPlatform platform = await WorkerPlatform.StartAsync(fixture.Servers, _deadline);
        foreach (string address in new[] { "", "nowhere", "host:0", "host:70000", "http://host:1", "::1:7070" })
        {
            RpcException refused = await Assert.ThrowsAsync<RpcException>(
                async () => await platform.Pool.AddWorkerAddressAsync(new AddWorkerAddressRequest { Address = address }, TestService.Headers("default")));

            Assert.True(RpcError.TryRead(refused, out RpcError? error));
            Assert.Equal(("ADDRESS_INVALID", "address"), (error.Reason, Assert.Single(error.Violations).Field));
        }

        Assert.Empty((await platform.Pool.ListWorkerAddressesAsync(new ListWorkerAddressesRequest(), TestService.Headers("default"))).Addresses);
    }

    private static Func<Task<WorkerAddress>> AddressAsync(WorkerPlatform platform) => async () =>
        (await platform.Pool.ListWorkerAddressesAsync(new ListWorkerAddressesRequest(), TestService.Headers("default"))).Addresses.Single();
}

using EasyQuant.Contracts.Worker.V1;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.ServiceDefaults.Grpc;
using EasyQuant.Services.Tests.Scheduler;
using EasyQuant.Testing;
using Grpc.Core;

namespace EasyQuant.Services.Tests.Monitor;

public sealed class WorkerPoolTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private readonly CancellationToken _deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4)).Token;

    [Fact]
    public async Task Worker_RegistersBeatsAndLeaves_IsKeptWithItsStates()
    {
        await using MonitorCluster cluster = await MonitorCluster.StartAsync(fixture.Servers, 2, _deadline);
        WorkerRegistration registration = FakeWorker.Registration("runner-1");
        (FakeWorker worker, WorkerAccepted accepted) = await FakeWorker.ConnectAsync(cluster.Replicas[0].Channel, registration, _deadline);

        Worker idle = await cluster.GetAsync("runner-1");
        Assert.Equal((WorkerState.Idle, registration, "default", accepted.Epoch), (idle.State, idle.Registration, idle.ProjectId, idle.Epoch));
        Assert.Null(idle.Load);
        Assert.Equal(TimeSpan.FromMilliseconds(200), accepted.HeartbeatInterval.ToTimeSpan());
        await worker.BeatAsync(running: 2);
        Worker busy = await cluster.BecomesAsync("runner-1", WorkerState.Busy);
        Assert.Equal((0.25, 100_000_000, 2, 5, 1), (busy.Load.CpuRatio, busy.Load.MemoryBytes, busy.Load.RunningCount, busy.Load.SucceededCount, busy.Load.FailedCount));
        await worker.BeatAsync();
        await cluster.BecomesAsync("runner-1", WorkerState.Idle);
        await worker.SayGoodbyeAsync(_deadline);
        await cluster.BecomesAsync("runner-1", WorkerState.Offline);

        ListWorkerLoadsResponse loads = await cluster.Client.ListWorkerLoadsAsync(new ListWorkerLoadsRequest { Name = "runner-1" }, TestService.Headers("default"));
        Assert.Equal([2, 0], loads.Samples.Select(sample => sample.Load.RunningCount));
        await cluster.EventsBecomeAsync("registered", "offline");
    }

    [Fact]
    public async Task Worker_Silent_IsLostByAnyReplicaAndRecoversWithItsNextBeat()
    {
        await using MonitorCluster cluster = await MonitorCluster.StartAsync(fixture.Servers, 3, _deadline, lostAfter: "00:00:01");
        (FakeWorker worker, _) = await FakeWorker.ConnectAsync(cluster.Replicas[0].Channel, FakeWorker.Registration("quiet"), _deadline);
        await worker.BeatAsync(running: 1);

        Worker lost = await cluster.BecomesAsync("quiet", WorkerState.Lost);
        Assert.Equal(1, lost.Load.RunningCount);
        await cluster.EventsBecomeAsync("registered", "lost");
        await worker.BeatAsync(running: 1);
        await cluster.BecomesAsync("quiet", WorkerState.Busy);
        await worker.SayGoodbyeAsync(_deadline);
        await cluster.EventsBecomeAsync("registered", "lost", "recovered", "offline");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Worker_ComesBackWithANewSession_ReplacesTheOldOne(int secondReplica)
    {
        await using MonitorCluster cluster = await MonitorCluster.StartAsync(fixture.Servers, 2, _deadline);
        (FakeWorker old, WorkerAccepted first) = await FakeWorker.ConnectAsync(cluster.Replicas[0].Channel, FakeWorker.Registration("twin"), _deadline);
        (FakeWorker young, WorkerAccepted second) = await FakeWorker.ConnectAsync(cluster.Replicas[secondReplica].Channel, FakeWorker.Registration("twin"), _deadline);

        RpcException end = await old.EndAsync(_deadline);

        Assert.True(RpcError.TryRead(end, out RpcError? error));
        Assert.Equal((StatusCode.Aborted, "WORKER_REPLACED"), (end.StatusCode, error.Reason));
        Assert.True(second.Epoch > first.Epoch);
        await young.BeatAsync(running: 3);
        Worker worker = await cluster.BecomesAsync("twin", WorkerState.Busy);
        Assert.Equal(second.Epoch, worker.Epoch);
        await cluster.EventsBecomeAsync("registered", "registered");
        old.Dispose();
        young.Dispose();
    }

    [Fact]
    public async Task Drain_CalledAtAnotherReplica_ReachesTheWorkerAndIsTakenBack()
    {
        await using MonitorCluster cluster = await MonitorCluster.StartAsync(fixture.Servers, 2, _deadline);
        WorkerRegistration registration = FakeWorker.Registration("drained");
        (FakeWorker worker, _) = await FakeWorker.ConnectAsync(cluster.Replicas[0].Channel, registration, _deadline);
        var drain = new DrainWorkerRequest { Name = "drained" };

        Assert.Equal(WorkerState.Draining, (await cluster.Client.DrainWorkerAsync(drain, TestService.Headers("default"))).Worker.State);
        Assert.Equal(WorkerState.Draining, (await cluster.Client.DrainWorkerAsync(drain, TestService.Headers("default"))).Worker.State);
        Assert.Equal(ConnectResponse.KindOneofCase.Drain, (await worker.ReceiveAsync(_deadline)).KindCase);
        await worker.BeatAsync(running: 1);
        Assert.Equal(WorkerState.Draining, (await cluster.GetAsync("drained")).State);

        // The same process that connects again still drains; it is told so.
        worker.Dispose();
        (worker, _) = await FakeWorker.ConnectAsync(cluster.Replicas[1].Channel, registration, _deadline);
        Assert.Equal(ConnectResponse.KindOneofCase.Drain, (await worker.ReceiveAsync(_deadline)).KindCase);
        ResumeWorkerResponse resumed = await cluster.Client.ResumeWorkerAsync(new ResumeWorkerRequest { Name = "drained" }, TestService.Headers("default"));
        Assert.Equal(WorkerState.Idle, resumed.Worker.State);
        Assert.Equal(ConnectResponse.KindOneofCase.Resume, (await worker.ReceiveAsync(_deadline)).KindCase);
        await cluster.EventsBecomeAsync("registered", "draining", "registered", "resumed");
        worker.Dispose();
    }

    [Fact]
    public async Task ForeignProject_AllCalls_FindNothing()
    {
        await using MonitorCluster cluster = await MonitorCluster.StartAsync(fixture.Servers, 1, _deadline);
        (FakeWorker worker, _) = await FakeWorker.ConnectAsync(cluster.Replicas[0].Channel, FakeWorker.Registration("mine"), _deadline);
        Metadata other = TestService.Headers("other");

        Assert.Empty((await cluster.Client.ListWorkersAsync(new ListWorkersRequest(), other)).Workers);
        await RefusedAsync(StatusCode.NotFound, "WORKER_NOT_FOUND", cluster.Client.GetWorkerAsync(new GetWorkerRequest { Name = "mine" }, other));
        await RefusedAsync(StatusCode.NotFound, "WORKER_NOT_FOUND", cluster.Client.DrainWorkerAsync(new DrainWorkerRequest { Name = "mine" }, other));
        await RefusedAsync(StatusCode.NotFound, "WORKER_NOT_FOUND", cluster.Client.ListWorkerLoadsAsync(new ListWorkerLoadsRequest { Name = "mine" }, other));
        (FakeWorker namesake, _) = await FakeWorker.ConnectAsync(cluster.Replicas[0].Channel, FakeWorker.Registration("mine"), _deadline, "other");
        await worker.BeatAsync(running: 1);
        await cluster.BecomesAsync("mine", WorkerState.Busy);
        worker.Dispose();
        namesake.Dispose();
    }

    [Fact]
    public async Task Stream_BadFirstMessage_IsRefusedWithAllFindings()
    {
        await using MonitorCluster cluster = await MonitorCluster.StartAsync(fixture.Servers, 1, _deadline);
        var registration = new WorkerRegistration { Name = "Bad Name", WorkerId = "x", Capacity = 0 };

        RpcException refused = await Assert.ThrowsAsync<RpcException>(() => FakeWorker.ConnectAsync(cluster.Replicas[0].Channel, registration, _deadline));

        Assert.True(RpcError.TryRead(refused, out RpcError? error));
        Assert.Equal("REGISTRATION_INVALID", error.Reason);
        Assert.Equal(["registration.name", "registration.worker_id", "registration.capacity"], error.Violations.Select(violation => violation.Field));
        AsyncDuplexStreamingCall<ConnectRequest, ConnectResponse> call = cluster.Client.Connect(TestService.Headers("default"), cancellationToken: _deadline);
        await call.RequestStream.WriteAsync(new ConnectRequest { Heartbeat = new WorkerLoad() });
        refused = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(_deadline));
        Assert.True(RpcError.TryRead(refused, out error));
        Assert.Equal("REGISTRATION_REQUIRED", error.Reason);
        Assert.Empty((await cluster.Client.ListWorkersAsync(new ListWorkersRequest(), TestService.Headers("default"))).Workers);
    }

    [Fact]
    public async Task Pool_ListsWatchesAndSumsUp_WhatItsWorkersSay()
    {
        await using MonitorCluster cluster = await MonitorCluster.StartAsync(fixture.Servers, 1, _deadline);
        var workers = new List<FakeWorker>();
        foreach (string name in new[] { "c", "a", "b" })
        {
            (FakeWorker worker, _) = await FakeWorker.ConnectAsync(cluster.Replicas[0].Channel, FakeWorker.Registration(name), _deadline);
            workers.Add(worker);
        }

        var list = new ListWorkersRequest { PageSize = 2 };
        ListWorkersResponse first = await cluster.Client.ListWorkersAsync(list, TestService.Headers("default"));
        list.PageToken = first.NextPageToken;
        ListWorkersResponse second = await cluster.Client.ListWorkersAsync(list, TestService.Headers("default"));
        Assert.Equal(["a", "b", "c"], first.Workers.Concat(second.Workers).Select(worker => worker.Registration.Name));
        list.States.Add(WorkerState.Busy);
        await RefusedAsync(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", cluster.Client.ListWorkersAsync(list, TestService.Headers("default")));

        using AsyncServerStreamingCall<WatchWorkersResponse> watch = cluster.Client.WatchWorkers(new WatchWorkersRequest(), TestService.Headers("default"), cancellationToken: _deadline);
        var seen = new List<string>();
        for (int count = 0; count < 3; count++)
        {
            Assert.True(await watch.ResponseStream.MoveNext(_deadline));
            seen.Add($"{watch.ResponseStream.Current.Worker.Registration.Name} {watch.ResponseStream.Current.Worker.State}");
        }

        await workers[0].BeatAsync(running: 3, cpu: 0.75);
        Assert.True(await watch.ResponseStream.MoveNext(_deadline));
        seen.Add($"{watch.ResponseStream.Current.Worker.Registration.Name} {watch.ResponseStream.Current.Worker.State}");
        Assert.Equal(["a Idle", "b Idle", "c Idle", "c Busy"], seen);
        GetWorkerStatisticsResponse sums = await cluster.Client.GetWorkerStatisticsAsync(new GetWorkerStatisticsRequest(), TestService.Headers("default"));
        Assert.Equal((12, 3, 0.25), (sums.Capacity, sums.RunningCount, sums.CpuRatio));
        Assert.Equal(["Idle 2", "Busy 1"], sums.StateCounts.Select(count => $"{count.State} {count.Count}"));
        workers.ForEach(worker => worker.Dispose());
    }

    [Fact]
    public async Task Replica_Stops_ItsWorkerIsToldAndGoesToTheOther()
    {
        await using MonitorCluster cluster = await MonitorCluster.StartAsync(fixture.Servers, 2, _deadline);
        WorkerRegistration registration = FakeWorker.Registration("mover");
        (FakeWorker worker, WorkerAccepted first) = await FakeWorker.ConnectAsync(cluster.Replicas[0].Channel, registration, _deadline);
        Task<RpcException> end = worker.EndAsync(_deadline);
        TestService stopped = cluster.Replicas[0];
        cluster.Replicas.RemoveAt(0);
        Task stopping = stopped.DisposeAsync().AsTask();

        RpcException told = await end;
        // The server's end of the connection may overtake its answer.
        Assert.True(ConnectionEnd.IsAway(told), told.ToString());
        await stopping;
        (FakeWorker again, WorkerAccepted second) = await FakeWorker.ConnectAsync(cluster.Replicas[0].Channel, registration, _deadline);
        Assert.True(second.Epoch > first.Epoch);
        Assert.Equal(WorkerState.Idle, (await cluster.GetAsync("mover")).State);
        again.Dispose();
    }

    private static async Task RefusedAsync<T>(StatusCode status, string reason, AsyncUnaryCall<T> call)
    {
        RpcException exception = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.True(RpcError.TryRead(exception, out RpcError? error), exception.ToString());
        Assert.Equal((status, reason), (exception.StatusCode, error.Reason));
    }
}

using System.Globalization;
using EasyQuant.Faults.Harness;
using EasyQuant.Faults.Oracles;
using Npgsql;

namespace EasyQuant.Faults;

/// <summary>PostgreSQL and RabbitMQ die, freeze or run full under L1 and L2; the numbers are those of the fault table.</summary>
[Collection(BedCollection.Name)]
[Trait(BedCollection.Suite, BedCollection.Bed)]
public sealed class ServerFaultTests(FaultBed bed) : IClassFixture<UsualLeases>, IAsyncLifetime
{
    // What waits for a database that is away answers late.
    private static readonly TimeSpan s_healthPatience = TimeSpan.FromSeconds(1);

    public Task InitializeAsync() => bed.BeginAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    // What was away is there again: the services say so.
    private async Task UntilReadyAsync(Task fault)
    {
        await fault;
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await bed.WaitHealthAsync(areReady: true, deadline.Token);
    }

    /// <summary>F07.</summary>
    [Fact]
    [Trait("Fault", "F07")]
    public Task Broker_KilledAndStartedAgain_LosesNothingConfirmed() => UntilReadyAsync(FaultRun.UnderLoadAsync(bed, async (_, cancellationToken) =>
    {
        await bed.Servers.RabbitMq.KillAsync();
        await bed.WaitHealthAsync(areReady: false, cancellationToken);
        await FaultRun.SomeTimeAsync(bed, 500, cancellationToken);
    }));

    /// <summary>F08, with F58: forty clients wait for it and come back at once.</summary>
    [Fact]
    [Trait("Fault", "F08")]
    [Trait("Fault", "F58")]
    public Task Database_KilledWithManyClientsWaiting_EverybodyIsServedAfterwards() => UntilReadyAsync(FaultRun.UnderLoadAsync(bed, async (load, cancellationToken) =>
    {
        await bed.Servers.Postgres.KillAsync();
        await bed.WaitHealthAsync(areReady: false, cancellationToken, s_healthPatience);
        Task storm = load.StormAsync(40, cancellationToken);
        await bed.Servers.Postgres.StartAsync(cancellationToken);
        TimeSpan recovery = await FaultRun.MeasureAsync(() => storm);
        bed.Note(string.Create(CultureInfo.InvariantCulture, $"the clients were served {recovery.TotalSeconds:0.0} s after the database was back"));
    }, size: LoadSize.Least));

    /// <summary>F09: the server ends all sessions when one of them is killed.</summary>
    [Fact]
    [Trait("Fault", "F09")]
    public Task DatabaseBackend_Killed_AmbiguousCommitsAreAbsorbed() => FaultRun.UnderLoadAsync(bed, async (_, cancellationToken) =>
    {
        int backend = await bed.ScalarAsync<int>("select pid from pg_stat_activity where application_name in ('easyquant-workflow', 'easyquant-nodes') limit 1", cancellationToken);
        Signals.Kill(backend);
    });

    /// <summary>F14: longer than a confirm may take.</summary>
    [Fact]
    [Trait("Fault", "F14")]
    public Task Broker_FrozenForLongerThanAConfirm_NothingHangsOrIsDoubled() => FaultRun.UnderLoadAsync(bed, async (_, cancellationToken) =>
    {
        int broker = bed.Servers.RabbitMq.ProcessId!.Value;
        Signals.Stop(broker);
        await Task.Delay(TimeSpan.FromSeconds(5), cancellationToken);
        Signals.Continue(broker);
    });

    /// <summary>F15: the broker takes nothing while its disk or memory is short.</summary>
    [Fact]
    [Trait("Fault", "F15")]
    public Task Broker_MemoryAlarm_ProducersPauseWithoutGrowing() => UntilReadyAsync(FaultRun.UnderLoadAsync(bed, async (_, cancellationToken) =>
    {
        await bed.Servers.EvaluateAsync("vm_memory_monitor:set_vm_memory_high_watermark(0.0001)", cancellationToken);
        Task notReady = bed.WaitHealthAsync(areReady: false, cancellationToken);
        List<(double, double)> resident = [];
        for (int i = 0; i < 8; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(250), cancellationToken);
            resident.Add((i / 4.0, bed.Runners.Sum(runner => Signals.ResidentBytes(runner.Id) / 1024.0 / 1024)));
        }

        await notReady;
        await bed.Servers.EvaluateAsync("vm_memory_monitor:set_vm_memory_high_watermark(0.3)", cancellationToken);
        Assert.Empty(Oracle.Growth("MiB of both Runners", resident, 100));
    }));

    /// <summary>F30: no file may grow any more; the server stops by itself and starts again once there is room.</summary>
    [Fact]
    [Trait("Fault", "F30")]
    public Task Database_DiskFull_ServicesAreNotReadyUntilARestart() => UntilReadyAsync(FaultRun.UnderLoadAsync(bed, async (_, cancellationToken) =>
    {
        await Signals.LimitFileSizeAsync(Signals.Family(bed.Servers.Postgres.ProcessId!.Value), 8192, cancellationToken);
        await bed.WaitHealthAsync(areReady: false, cancellationToken, s_healthPatience);
        await bed.Servers.Postgres.KillAsync();
        await bed.Servers.Postgres.StartAsync(cancellationToken);
    }));

    /// <summary>F34: the server refuses a share of the transactions as deadlocks and serialization failures.</summary>
    [Fact]
    [Trait("Fault", "F34")]
    public async Task Database_DeadlocksAndSerializationFailures_AreRetriedWhole()
    {
        await bed.ExecuteAsync(
            """
            create or replace function public.eq_fault() returns trigger language plpgsql as $$
            begin
              if random() < 0.025 then raise exception 'injected deadlock' using errcode = '40P01'; end if;
              if random() < 0.025 then raise exception 'injected serialization failure' using errcode = '40001'; end if;
              return null;
            end $$;
            create or replace trigger eq_fault after insert on workflow.run_events for each statement execute function public.eq_fault();
            create or replace trigger eq_fault after insert on data.eq_stream_seen for each statement execute function public.eq_fault();
            create or replace trigger eq_fault after insert on data.eq_effects for each statement execute function public.eq_fault();
            """);
        try
        {
            await FaultRun.UnderLoadAsync(bed, async (load, cancellationToken) => await load.WaitForAsync(load.Size.ItemCount / 2, load.Size.StreamRowCount / 2, cancellationToken));
        }
        finally
        {
            await bed.ExecuteAsync(
                "drop trigger eq_fault on workflow.run_events; drop trigger eq_fault on data.eq_stream_seen; drop trigger eq_fault on data.eq_effects; drop function public.eq_fault");
        }
    }

    /// <summary>F52: Workflow can open no file and no socket for a while.</summary>
    [Fact]
    [Trait("Fault", "F52")]
    public Task Workflow_OutOfFileHandles_RecoversWhenThereAreSome() => FaultRun.UnderLoadAsync(bed, async (load, cancellationToken) =>
    {
        ulong before = Signals.LimitFiles(bed.Workflow.Id, (ulong)Signals.FileCount(bed.Workflow.Id) + 1);
        bed.WorkflowDatabase.ResetAll();
        Task storm = load.StormAsync(20, cancellationToken);
        await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);
        Signals.LimitFiles(bed.Workflow.Id, before);
        await storm;
    });
}

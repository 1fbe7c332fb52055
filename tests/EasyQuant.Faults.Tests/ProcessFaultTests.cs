using System.Runtime.CompilerServices;
using EasyQuant.Faults.Harness;

namespace EasyQuant.Faults;

/// <summary>Processes that die or freeze under L1 and L2; the numbers are those of the fault table.</summary>
[Collection(BedCollection.Name)]
[Trait(BedCollection.Suite, BedCollection.Bed)]
public sealed class ProcessFaultTests(FaultBed bed) : IAsyncLifetime
{
    private const int TriesMax = 4;

    public Task InitializeAsync() => bed.BeginAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>F02.</summary>
    [Fact]
    [Trait("Fault", "F02")]
    public Task Runner_KilledInTheMiddle_AnotherGoesOnAndNothingIsRepeated() => FreezeHolderAsync((holder, _, _) => holder.KillAsync());

    /// <summary>O10 for the queues of a load, which stay for a while after its end; every other load leaves this to the next.</summary>
    [Fact]
    public async Task Queues_SomeTimeAfterALoadWithAFault_AreGone()
    {
        await FaultRun.UnderLoadAsync(bed, async (_, _) => await bed.FirstRunner.KillAsync());
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        Assert.Empty(await bed.QueuesAsync(deadline.Token));
    }

    /// <summary>F13; half of the drains end by themselves.</summary>
    [Fact]
    [Trait("Fault", "F13")]
    public Task Runner_KilledWhileItDrains_NothingIsLostOrRepeated() => FaultRun.UnderLoadAsync(bed, async (_, cancellationToken) =>
    {
        Signals.Terminate(bed.FirstRunner.Id);
        await FaultRun.SomeTimeAsync(bed, 1_500, cancellationToken);
        await bed.FirstRunner.KillAsync();
    });

    /// <summary>F16: a Runner that stands still for longer than its leases and then goes on as if nothing had happened.</summary>
    [Fact]
    [Trait("Fault", "F16")]
    public Task Runner_FrozenBeyondItsLeases_ItsWritesAreRefused() => FreezeHolderAsync(async (holder, load, cancellationToken) =>
    {
        await bed.WaitForCrashesAsync(load, cancellationToken);
        Signals.Continue(holder.Id);
    });

    /// <summary>F45: a Runner stands still while it reads shards of the stream; others take them over and close them, then it goes on, sends, and closes.</summary>
    [Fact]
    [Trait("Fault", "F45")]
    public async Task Producer_FrozenUntilItsShardsAreTakenOver_SendsAndEndsInVain()
    {
        for (int i = 0; i < TriesMax; i++)
        {
            bool isTakenOver = false;
            await FaultRun.UnderLoadAsync(bed, async (load, cancellationToken) =>
            {
                string stream = $"{load.StartId}.bars";
                ServiceProcess? zombie = null;
                await EndToEnd.Poll.UntilAsync(
                    "a shard that is read",
                    async () =>
                    {
                        string holder = await HolderAsync(stream, cancellationToken);
                        zombie = bed.Runners.FirstOrDefault(runner => bed.WorkerIdOf(runner) == holder);
                        return (zombie is not null || await load.IsOverAsync(cancellationToken), "none");
                    },
                    cancellationToken);
                if (zombie is null)
                {
                    return;
                }

                Signals.Stop(zombie.Id);
                string held = $"select count(*) from data.eq_stream_producers p where p.stream = '{stream}' and p.start_count > 1";
                await EndToEnd.Poll.UntilAsync(
                    "a shard that was taken over",
                    async () =>
                    {
                        isTakenOver = await bed.ScalarAsync<long>(held, cancellationToken) > 0;
                        return (isTakenOver || await load.IsOverAsync(cancellationToken), "none");
                    },
                    cancellationToken);
                Signals.Continue(zombie.Id);
            }, atOnce: true);
            if (isTakenOver)
            {
                return;
            }
        }

        Assert.Fail($"In {TriesMax} loads no frozen Runner held a shard.");
    }

    /// <summary>F17: it stands still inside a transaction that holds locks; the server ends the session.</summary>
    [Fact]
    [Trait("Fault", "F17")]
    public async Task Runner_FrozenInsideATransaction_ServerEvictsItAndOthersGoOn()
    {
        // In a load the other Runner may take all, or the save stand while nobody looks.
        for (int i = 0; i < TriesMax; i++)
        {
            bool isFrozen = false;
            await bed.Failpoints.ArmAsync([bed.FirstRunner], "db-save.before-commit:sleep:3");
            await FaultRun.UnderLoadAsync(
                bed,
                async (load, cancellationToken) =>
                {
                    int[] backends = await bed.WaitForIdleInTransactionAsync(load, cancellationToken);
                    isFrozen = backends.Length > 0;
                    if (isFrozen)
                    {
                        Signals.Stop(bed.FirstRunner.Id);
                        await Task.WhenAll(bed.WaitForEvictionAsync(backends, cancellationToken), bed.WaitForCrashesAsync(load, cancellationToken));
                        Signals.Continue(bed.FirstRunner.Id);
                    }
                },
                atOnce: true);
            if (isFrozen)
            {
                return;
            }
        }

        Assert.Fail($"In {TriesMax} loads no save stood still in its transaction.");
    }

    // Freezes a Runner that holds runs, so that a lease must end. A report on its way can still end the last of them: then it is done in another load.
    private async Task FreezeHolderAsync(Func<ServiceProcess, Load, CancellationToken, Task> then, [CallerMemberName] string name = "")
    {
        for (int i = 0; i < TriesMax; i++)
        {
            LoadCheck check = await FaultRun.UnderLoadAsync(
                bed,
                async (load, cancellationToken) =>
                {
                    for (int look = 0; !await load.IsOverAsync(cancellationToken); look++)
                    {
                        ServiceProcess runner = bed.Runners[look % bed.Runners.Count];
                        Signals.Stop(runner.Id);
                        if (await bed.ScalarAsync<bool>($"select exists (select 1 from workflow.runs where state = 2 and worker_id = '{bed.WorkerIdOf(runner)}')", cancellationToken))
                        {
                            await then(runner, load, cancellationToken);
                            return;
                        }

                        Signals.Continue(runner.Id);
                    }
                },
                name: name);
            if (check.CrashCount > 0)
            {
                return;
            }
        }

        Assert.Fail($"In {TriesMax} loads no lease ended: no Runner held a run for longer than a moment.");
    }

    // The tables of streams are there with the first of them.
    private async Task<string> HolderAsync(string stream, CancellationToken cancellationToken)
    {
        try
        {
            return await bed.ScalarAsync<string>(
                $"""
                select coalesce((select r.worker_id from data.eq_stream_producers p join workflow.runs r on p.owner like 'run/' || r.run_id || '/%'
                where p.stream = '{stream}' and p.total is null limit 1), '')
                """,
                cancellationToken);
        }
        catch (Npgsql.PostgresException exception) when (exception.SqlState is Npgsql.PostgresErrorCodes.UndefinedTable or Npgsql.PostgresErrorCodes.InvalidSchemaName)
        {
            return "";
        }
    }
}

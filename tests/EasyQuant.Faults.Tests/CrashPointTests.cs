using EasyQuant.Faults.Harness;

namespace EasyQuant.Faults;

/// <summary>
/// The crash points of section 5.4: a process dies as by SIGKILL at each side of each durable action under L1 and L2, and the oracles decide. Points are met
/// one after the other, under as few loads as it takes.
/// </summary>
[Collection(BedCollection.Name)]
[Trait(BedCollection.Suite, BedCollection.Bed)]
public sealed class CrashPointTests(FaultBed bed) : IAsyncLifetime
{
    private const int LoadsMax = 6;
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(8);

    public Task InitializeAsync() => bed.BeginAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>Effect, report, items, chunk (F46), ack, close of a producer (F44), counters.</summary>
    [Fact]
    [Trait("Fault", "F44")]
    [Trait("Fault", "F46")]
    public Task Runner_DiesAtEachPoint_NothingIsLostOrRepeated() => DieAtEachAsync(
        bed.FirstRunner,
        [
            "stream.consume.before-commit", "runner.effect.before", "db-save.before-commit", "stream.consume.after-commit", "runner.effect.after", "db-save.after-commit",
            "stream.ack.before", "stream.ack.after", "groups.close.before-commit", "runner.report.before", "stream.count.before-lock", "runner.report.after", "groups.close.after-commit", "runner.items.before", "runner.items.after",
        ]);

    /// <summary>Create, claim, report, items, outbox on all its sides, starts of process groups.</summary>
    [Fact]
    public Task Workflow_DiesAtEachPoint_NothingIsLostOrRepeated() => DieAtEachAsync(
        bed.Workflow,
        [
            "runs.claim.before-commit", "runs.claim.after-commit", "runs.report.before-commit", "runs.report.after-commit", "outbox.before-publish", "outbox.after-publish",
            "outbox.after-commit", "runs.create.before-commit", "runs.create.after-commit", "runs.reap.before-commit", "runs.reap.after-commit",
            "items.collect.before-commit", "items.collect.after-commit", "group-starts.reconcile.before-commit", "group-starts.report.after-commit",
        ]);

    private async Task DieAtEachAsync(ServiceProcess victim, IReadOnlyList<string> points)
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        try
        {
            await DieAtEachAsync(victim, points, deadline.Token);
        }
        finally
        {
            // The client of a load that failed must not go on beside the next test.
            await deadline.CancelAsync();
        }
    }

    private async Task DieAtEachAsync(ServiceProcess victim, IReadOnlyList<string> points, CancellationToken cancellationToken)
    {
        bed.Note($"crash points of {victim.Name}");
        if (victim == bed.FirstRunner)
        {
            // The other Runner gets little, so that the victim meets its points.
            await bed.RestartRunnerAsync(bed.SecondRunner, ("Runner__MaxConcurrentRuns", "2"));
        }

        Load load = await Load.StartAsync(bed, LoadSize.Small, cancellationToken);
        foreach (string point in points)
        {
            await ArmAsync(victim, $"{point}:exit137:2", cancellationToken);
            Task<int> death = victim.Exited;
            for (int loads = 0; await Task.WhenAny(death, load.OverAsync(cancellationToken)) != death; loads++)
            {
                Assert.True(loads < LoadsMax, $"{victim.Name} did not meet {point}.\n{bed.Story()}");
                await EndAsync(load, point, cancellationToken);
                load = await StartLoadAsync(victim, death, cancellationToken);
            }

            Assert.Equal(137, await death);
            bed.Note(point);
        }

        await bed.HealAsync(cancellationToken);
        await EndAsync(load, points[^1], cancellationToken);
        bed.EndWell();
    }

    // The victim may meet its point before the load has started, and the load waits for it then.
    private async Task<Load> StartLoadAsync(ServiceProcess victim, Task<int> death, CancellationToken cancellationToken)
    {
        Task<Load> starting = Load.StartAsync(bed, LoadSize.Small, cancellationToken);
        if (await Task.WhenAny(starting, death) == death)
        {
            await victim.StartAsync();
        }

        return await starting;
    }

    private async Task ArmAsync(ServiceProcess victim, string specification, CancellationToken cancellationToken)
    {
        if (victim == bed.Workflow)
        {
            await bed.RestartWorkflowAsync(("EQ_FAIL", specification));
            bed.DisarmWorkflow();
            return;
        }

        await bed.RestartRunnerAsync(victim, ("EQ_FAIL", specification));
        await bed.WaitReadyAsync(cancellationToken);
    }

    private async Task EndAsync(Load load, string point, CancellationToken cancellationToken)
    {
        await load.EndAsync(cancellationToken);
        LoadCheck check = await LoadCheck.CheckAsync(bed, load, 0, cancellationToken);
        Assert.True(check.Violations.Count == 0, $"Up to {point}: {string.Join('\n', check.Violations.Take(20))}\n{bed.Story()}");
    }
}

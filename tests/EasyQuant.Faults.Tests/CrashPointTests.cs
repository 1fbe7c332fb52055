using EasyQuant.Faults.Harness;

namespace EasyQuant.Faults;

/// <summary>
/// The crash points of section 5.4: at each side of each durable action a process dies as by SIGKILL, or the action fails for its caller although it was done,
/// under L1 and L2; the oracles decide. The number beside a point is the hit at which it acts.
/// </summary>
[Collection(BedCollection.Name)]
[Trait(BedCollection.Suite, BedCollection.Bed)]
public sealed class CrashPointTests(FaultBed bed) : IAsyncLifetime
{
    private const int LoadsMax = 6;
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(4);

    /// <summary>Effect, report, items, chunk (F46), ack, opening, renewal and close of a producer (F44), counters.</summary>
    public static TheoryData<string, int> RunnerPoints { get; } = new()
    {
        { "runner.effect.before", 2 }, { "runner.effect.after", 2 },
        { "db-save.before-commit", 2 }, { "db-save.after-commit", 2 },
        { "runner.report.before", 2 }, { "runner.report.after", 2 },
        { "runner.items.start", 1 }, { "runner.items.before", 2 }, { "runner.items.after", 2 },
        { "groups.open.before-commit", 1 }, { "groups.open.after-commit", 1 },
        { "stream.consume.before-commit", 2 }, { "stream.consume.after-commit", 2 },
        { "stream.count.before-lock", 2 },
        { "stream.ack.before", 2 }, { "stream.ack.after", 2 },
        { "groups.close.before-commit", 2 }, { "groups.close.after-commit", 2 },
    };

    /// <summary>Create, claim, report, take back, items, starts of process groups, the outbox on all its sides.</summary>
    public static TheoryData<string, int> WorkflowPoints { get; } = new()
    {
        { "runs.create.before-commit", 2 }, { "runs.create.after-commit", 2 },
        { "runs.claim.before-commit", 6 }, { "runs.claim.after-commit", 6 },
        { "runs.report.before-commit", 2 }, { "runs.report.after-commit", 2 },
        { "runs.reap.before-commit", 3 }, { "runs.reap.after-commit", 3 },
        { "items.open.before-commit", 1 }, { "items.open.after-commit", 1 },
        { "items.report.before-commit", 2 }, { "items.report.after-commit", 2 },
        { "items.collect.before-commit", 2 }, { "items.collect.after-commit", 2 },
        { "group-starts.create.before-commit", 1 }, { "group-starts.create.after-commit", 1 },
        { "group-starts.reconcile.before-commit", 2 }, { "group-starts.reconcile.after-commit", 2 },
        { "group-starts.report.before-commit", 2 }, { "group-starts.report.after-commit", 2 },
        { "outbox.before-publish", 2 }, { "outbox.after-publish", 2 }, { "outbox.after-commit", 2 },
    };

    // Points between actions, where nothing is asked of anybody that could fail.
    private static readonly string[] s_calmPoints = ["runner.effect.before", "runner.effect.after", "runner.items.start"];

    public Task InitializeAsync() => bed.BeginAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [MemberData(nameof(RunnerPoints))]
    [Trait("Fault", "F44")]
    [Trait("Fault", "F46")]
    public Task Runner_DyingAtAPoint_NothingIsLostOrRepeated(string point, int hit) => DieAsync(bed.Runners, point, hit);

    [Theory]
    [MemberData(nameof(WorkflowPoints))]
    public Task Workflow_DyingAtAPoint_NothingIsLostOrRepeated(string point, int hit) => DieAsync([bed.Workflow], point, hit);

    [Fact]
    public Task Runner_FailingAtEachPoint_NothingIsLostOrRepeated() => FailAsync(bed.Runners, RunnerPoints);

    [Fact]
    public Task Workflow_FailingAtEachPoint_NothingIsLostOrRepeated() => FailAsync([bed.Workflow], WorkflowPoints);

    // The first victim that meets the point dies there; what is started in its place carries no failpoint.
    private Task DieAsync(IReadOnlyList<ServiceProcess> victims, string point, int hit) => UnderLoadsAsync(victims, [$"{point}:exit137:{hit}"], async (load, cancellationToken) =>
    {
        string specification = $"{point}:exit137:{hit}";
        Task<int>[] deaths = [.. victims.Select(victim => victim.Exited)];
        Task<Task<int>> death = Task.WhenAny(deaths);
        for (int loads = 1; ; loads++)
        {
            Task<Load> starting = load(cancellationToken);
            if (await Task.WhenAny(starting, death) == death)
            {
                // It may be met before the load has started, and the load waits for its victim then.
                await bed.HealAsync(cancellationToken);
            }

            Load started = await starting;
            bool isMet = await Task.WhenAny(death, started.OverAsync(cancellationToken)) == death;
            if (!isMet)
            {
                // Nobody dies while the oracles look.
                await bed.Failpoints.DisarmAsync([]);
                isMet = death.IsCompleted;
            }

            if (isMet)
            {
                Assert.Equal(137, await await death);
                await bed.HealAsync(cancellationToken);
            }

            await EndAsync(started, point, cancellationToken);
            if (isMet)
            {
                return;
            }

            Assert.True(loads < LoadsMax, $"Nobody met {point}.\n{bed.Story()}");
            await bed.Failpoints.ArmAsync(victims, specification);
        }
    });

    // Every point fails once; nobody dies of it.
    private Task FailAsync(IReadOnlyList<ServiceProcess> victims, TheoryData<string, int> points)
    {
        object[][] failing = [.. points.Where(point => !s_calmPoints.Contains(point[0]))];
        return UnderLoadsAsync(victims, [.. failing.Select(point => $"{point[0]}:throw:{point[1]}")], async (load, cancellationToken) =>
        {
            int[] before = [.. victims.Select(victim => victim.Id)];
            for (int loads = 1; ; loads++)
            {
                await EndAsync(await load(cancellationToken), "each point", cancellationToken);
                string[] missed = [.. failing.Select(point => (string)point[0]).Where(name => !bed.Failpoints.WasHit(name))];
                if (missed.Length == 0)
                {
                    break;
                }

                Assert.True(loads < LoadsMax, $"Nobody met {string.Join(", ", missed)}.\n{bed.Story()}");
            }

            Assert.Equal(before, victims.Select(victim => victim.Id));
        });
    }

    private async Task UnderLoadsAsync(
        IReadOnlyList<ServiceProcess> victims, IReadOnlyList<string> failpoints, Func<Func<CancellationToken, Task<Load>>, CancellationToken, Task> work)
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        try
        {
            bed.Note($"crash points of {victims[0].Name}: {failpoints[0]}");
            await bed.Failpoints.DisarmAsync(but: victims);
            await bed.Failpoints.ArmAsync(victims, string.Join(',', failpoints));
            bed.Note("armed");
            await work(cancellationToken => Load.StartAsync(bed, LoadSize.Tiny, cancellationToken), deadline.Token);
            bed.Note("ended");
            bed.EndWell();
        }
        finally
        {
            // The client of a load that failed must not go on beside the next test.
            await deadline.CancelAsync();
        }
    }

    private async Task EndAsync(Load load, string point, CancellationToken cancellationToken)
    {
        await load.EndAsync(cancellationToken);
        LoadCheck check = await LoadCheck.CheckAsync(bed, load, 0, cancellationToken);
        Assert.True(check.Violations.Count == 0, $"At {point}: {string.Join('\n', check.Violations.Take(20))}\n{bed.Story()}");
    }
}

using EasyQuant.Faults.Harness;

namespace EasyQuant.Faults;

/// <summary>
/// The crash points of section 5.4: at each side of each durable action a process dies as by SIGKILL, or the action fails for its caller although it was done,
/// under L1 and L2; the oracles decide. The number beside a point is the hit at which it acts.
/// </summary>
public abstract class CrashPoints(FaultBed bed) : IAsyncLifetime
{
    private const int LoadsMax = 6;
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(4);

    // Points between actions, where nothing is asked of anybody that could fail.
    private static readonly string[] s_calmPoints = ["runner.effect.before", "runner.effect.after", "runner.items.start"];

    public Task InitializeAsync() => bed.BeginAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    private protected FaultBed Bed => bed;

    // The first victim that meets the point dies there; what is started in its place carries no failpoint.
    private protected Task DieAsync(IReadOnlyList<ServiceProcess> victims, string point, int hit, LoadSize? size = null, bool isPoisoned = false) => UnderLoadsAsync(victims, [$"{point}:exit137:{hit}"], size, isPoisoned, async (load, cancellationToken) =>
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
            // One death is looked at, and nobody dies while the oracles look.
            await bed.Failpoints.DisarmAsync();
            isMet |= death.IsCompleted;

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
    private protected Task FailAsync(IReadOnlyList<ServiceProcess> victims, TheoryData<string, int> points, LoadSize? size = null, bool isPoisoned = false)
    {
        object[][] failing = [.. points.Where(point => !s_calmPoints.Contains(point[0]))];
        return UnderLoadsAsync(victims, [.. failing.Select(point => $"{point[0]}:throw:{point[1]}")], size, isPoisoned, async (load, cancellationToken) =>
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
        IReadOnlyList<ServiceProcess> victims, IReadOnlyList<string> failpoints, LoadSize? size, bool isPoisoned, Func<Func<CancellationToken, Task<Load>>, CancellationToken, Task> work)
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        try
        {
            bed.Note($"crash points of {victims[0].Name}: {failpoints[0]}");
            await bed.Failpoints.ArmAsync(victims, string.Join(',', failpoints));
            bed.Note("armed");
            await work(
                async cancellationToken =>
                {
                    Load load = await Load.StartAsync(bed, size ?? LoadSize.Tiny, cancellationToken);
                    if (isPoisoned)
                    {
                        await PoisonedChunk.SendAsync(bed, load, cancellationToken);
                    }

                    return load;
                },
                deadline.Token);
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
        // A chunk that was parked is counted as dead, once.
        int dead = (int)await bed.ScalarAsync<long>($"select count(*) from data.eq_stream_parked where stream = '{load.StartId}.bars'", cancellationToken);
        LoadCheck check = await LoadCheck.CheckAsync(bed, load, dead, cancellationToken);
        Assert.True(check.Violations.Count == 0, $"At {point}: {string.Join('\n', check.Violations.Take(20))}\n{bed.Story()}");
    }
}

using System.Text.Json.Nodes;
using EasyQuant.BacktestService.Grpc;
using EasyQuant.BacktestService.Storage;
using EasyQuant.Engine;

namespace EasyQuant.BacktestService.Work;

/// <summary>
/// One sweep. Trials are stored in batches under the epoch, so a sweep whose service was killed goes on with the trials that are missing: which trials there
/// are follows from the spec and the data, and what a round or window chooses from the stored figures. Shipped strategies run here on all processors over one
/// panel, strategies of users in several processes of the sandbox.
/// </summary>
internal sealed class SweepJob(BacktestLease lease, JobContext context) : IJob
{
    // Doubles of daily returns that a sweep keeps, about 32 MB.
    private const long ReturnsMax = 4_000_000;

    private SweepScores? _scores;
    private int _trialCount = 1;
    private double _kernel;

    /// <inheritdoc />
    public double Progress => Math.Max(Volatile.Read(ref _kernel), (double)(Volatile.Read(ref _scores)?.Count ?? 0) / Volatile.Read(ref _trialCount));

    /// <inheritdoc />
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        CheckedSweep sweep = await context.Specs.ReadSweepAsync(lease.Spec, lease.ProjectId, cancellationToken);
        using JobMarket market = await JobData.ReadAsync(context, lease.ProjectId, sweep.Base, cancellationToken);
        IReadOnlyList<JsonObject> combinations = SweepPlan.Trials(sweep);
        IReadOnlyList<SweepBlock> blocks = SweepBlocks.Of(sweep.Search, combinations.Count, market.Days);
        int total = blocks[^1].FirstTrial + blocks[^1].Count;
        Volatile.Write(ref _trialCount, Math.Max(1, total));
        if (sweep.Search.HasStages && !await context.Leases.SetTrialCountAsync(lease, total, cancellationToken))
        {
            return false;
        }

        var scores = new SweepScores(sweep.Search.Objective);
        foreach ((int trial, string? metrics) in await context.Sweeps.FiguresAsync(lease.BacktestId, cancellationToken))
        {
            scores.Add(trial, metrics);
        }

        Volatile.Write(ref _scores, scores);
        var sink = new SweepSink(lease, context, scores, task => KeepsReturns(task, sweep, blocks, market));
        if (sweep.Search.IsPerSymbol)
        {
            return await RunKernelAsync(sweep, combinations, market, scores, sink, cancellationToken);
        }

        return await RunWavesAsync(sweep, combinations, blocks, market, scores, sink, cancellationToken)
            && await context.Leases.SucceedPlainAsync(lease, await AssessAsync(sweep, blocks, market.Days, scores, cancellationToken), [], cancellationToken);
    }

    private static bool KeepsReturns(SweepTask task, CheckedSweep sweep, IReadOnlyList<SweepBlock> blocks, JobMarket market) =>
        sweep.Search.WalkForward is not null
            ? task.Stage.Sample == TrialStage.Out
            : task.Trial >= blocks[^1].FirstTrial && (long)blocks[^1].Count * market.Days.Count <= ReturnsMax;

    /// <summary>Runs the blocks wave by wave: those whose sources have ended run side by side.</summary>
    private async Task<bool> RunWavesAsync(
        CheckedSweep sweep,
        IReadOnlyList<JsonObject> combinations,
        IReadOnlyList<SweepBlock> blocks,
        JobMarket market,
        SweepScores scores,
        SweepSink sink,
        CancellationToken cancellationToken)
    {
        Func<IReadOnlyList<SweepTask>, CancellationToken, Task<bool>> run = sweep.Base.Source is { } source
            ? new SandboxTrials(sweep.Base, source, market, context, sink).RunAsync
            : new LocalTrials(sweep.Base, await Task.Run(() => market.Panel(cancellationToken), cancellationToken), sink).RunAsync;
        int[][] chosen = new int[blocks.Count][];
        int[] waves = new int[blocks.Count];
        for (int i = 0; i < blocks.Count; i++)
        {
            waves[i] = blocks[i].ChosenFrom < 0 ? 0 : waves[blocks[i].ChosenFrom] + 1;
        }

        for (int wave = 0; wave <= waves.Max(); wave++)
        {
            List<SweepTask> open = [];
            foreach (int i in Enumerable.Range(0, blocks.Count).Where(i => waves[i] == wave))
            {
                SweepBlock block = blocks[i];
                chosen[i] = block.ChosenFrom < 0
                    ? [.. Enumerable.Range(0, block.Count)]
                    : [.. scores.Best(blocks[block.ChosenFrom], block.Count).Select(trial => chosen[block.ChosenFrom][trial - blocks[block.ChosenFrom].FirstTrial])];
                open.AddRange(chosen[i]
                    .Select((combination, position) => new SweepTask(block.FirstTrial + position, combinations[combination], block.Stage))
                    .Where(task => !scores.Has(task.Trial)));
            }

            if (!await run(open, cancellationToken))
            {
                return false;
            }
        }

        return true;
    }

    private async Task<bool> RunKernelAsync(
        CheckedSweep sweep, IReadOnlyList<JsonObject> combinations, JobMarket market, SweepScores scores, SweepSink sink, CancellationToken cancellationToken)
    {
        (IReadOnlyList<BacktestSandbox.Computing.ResultChunk> chunks, IReadOnlyList<EndedTrial> trials) = await Task.Run(
            () => KernelSweep.Compute(
                sweep, combinations, market.Panel(cancellationToken), sink.Count, share => Volatile.Write(ref _kernel, share), cancellationToken),
            cancellationToken);
        foreach (EndedTrial[] batch in trials.Where(one => !scores.Has(one.Trial)).Chunk(SweepSink.BatchSize * 16))
        {
            if (!await sink.StoreAsync(batch, cancellationToken))
            {
                return false;
            }
        }

        return await context.Leases.SucceedPlainAsync(lease, "{}", chunks, cancellationToken);
    }

    private async Task<string> AssessAsync(
        CheckedSweep sweep, IReadOnlyList<SweepBlock> blocks, IReadOnlyList<DateOnly> days, SweepScores scores, CancellationToken cancellationToken)
    {
        List<(int Trial, byte[] Returns)> rows = await context.Sweeps.ReturnsAsync(lease.BacktestId, cancellationToken);
        TrialSummary ledger = await context.Ledgers.Of(lease.ProjectId).SummarizeAsync(sweep.Base.Family, days[0], days[^1], cancellationToken);
        if (sweep.Search.WalkForward is null)
        {
            return (await Task.Run(() => SweepVerdict.Assess(rows, ledger, cancellationToken), cancellationToken)).ToJsonString();
        }

        List<(EndedTrial In, EndedTrial Out)> windows = [];
        foreach (SweepBlock block in blocks.Where(one => one.Stage.Sample == TrialStage.Out))
        {
            int best = scores.Best(blocks[block.ChosenFrom], 1)[0];
            windows.Add((await TrialAsync(best, cancellationToken), await TrialAsync(block.FirstTrial, cancellationToken)));
        }

        SortedDictionary<int, TrialSummary> searches = await context.Sweeps.InSampleAsync(lease.BacktestId, cancellationToken);
        return new JsonObject { ["walk_forward"] = SweepVerdict.WalkForward(windows, rows, searches, ledger) }.ToJsonString();
    }

    private async Task<EndedTrial> TrialAsync(int trial, CancellationToken cancellationToken) =>
        (await context.Sweeps.ListAsync(lease.ProjectId, lease.BacktestId, TrialFilter.None, trial - 1, 1, cancellationToken))[0];
}

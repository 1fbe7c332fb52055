using System.Collections.Immutable;
using System.Runtime.InteropServices;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Runs a signal strategy under many parameter combinations over every instrument, each instrument with an account of its own. A lane equals
/// a run of the reference engine with <see cref="SignalAdapter{TSignal}"/> over a panel of that instrument, to the unit. Indicators, fees, amounts and
/// rules of an instrument are computed once for all combinations. The kernel does daily bars with fills at the next open or close, all fees, lots, price
/// limits, suspensions and the volume cap; a lane that needs more (cash that runs out, a partial fill, a corporate action, slippage, margin,
/// interest, several accounts, other fill rules, sizes that differ from bar to bar, minute bars) is run by the engine. Results do not depend on the
/// number of threads. Stateless and thread-safe.
/// </summary>
public static class SignalSweep
{
    /// <summary>Most lanes of one sweep.</summary>
    public const int LanesMax = 50_000_000;

    /// <summary>Runs a sweep.</summary>
    /// <typeparam name="TSignal">The strategy; a struct, so that its calls are direct.</typeparam>
    /// <param name="panel">The market.</param>
    /// <param name="parameters">One strategy a combination, at least one.</param>
    /// <param name="settings">Cash of each lane, costs, rules, period.</param>
    /// <param name="rules">The rule book.</param>
    /// <param name="threadCount">Threads to use, at least 1.</param>
    /// <param name="progress">Told the lanes done and the lanes in all, by one thread at a time, in growing order; null for none.</param>
    /// <param name="cancellationToken">Looked at before every tile of at most 256 lanes.</param>
    /// <exception cref="ArgumentException">There is no combination, there are more than <see cref="LanesMax"/> lanes, or the thread count is below 1.</exception>
    /// <exception cref="BacktestParameterException">As of the engine.</exception>
    /// <exception cref="BacktestException">As of the engine; STRATEGY_FAILED names the symbol.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static SignalSweepResult Run<TSignal>(
        MarketPanel panel,
        ImmutableArray<TSignal> parameters,
        BacktestSettings settings,
        RuleBook rules,
        int threadCount,
        Action<int, int>? progress,
        CancellationToken cancellationToken)
        where TSignal : ISignalStrategy
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threadCount, 1);
        long laneCount = (long)panel.Series.Length * parameters.Length;
        if (laneCount is 0 or > LanesMax)
        {
            throw new ArgumentException($"A sweep needs 1 to {LanesMax} lanes, has {laneCount}.", nameof(parameters));
        }

        RunPeriod period = RunPeriod.Of(panel, settings);
        RefuseConversions(panel, period);
        LaneResult[] lanes = new LaneResult[laneCount];
        int tileLength = TileLength(panel.Series.Length, parameters.Length, threadCount);
        int tilesPerInstrument = (parameters.Length + tileLength - 1) / tileLength;
        TileQueue queue = new(panel.Series.Length * tilesPerInstrument, threadCount, cancellationToken);
        SweepProgress told = new(progress, (int)laneCount);
        queue.Run(
            () => new LaneWorker<TSignal>(panel, parameters, settings, rules, period, lanes),
            (worker, tile) =>
            {
                int from = tile % tilesPerInstrument * tileLength;
                int to = Math.Min(from + tileLength, parameters.Length);
                worker.Run(tile / tilesPerInstrument, from, to, cancellationToken);
                told.Add(to - from);
            });
        return new SignalSweepResult(panel.Series.Length, parameters.Length, ImmutableCollectionsMarshal.AsImmutableArray(lanes));
    }

    /// <summary>A lane holds one instrument; one that turns into another cannot be run alone.</summary>
    private static void RefuseConversions(MarketPanel panel, RunPeriod period)
    {
        DateOnly first = panel.Calendar.Days[period.FirstDay];
        DateOnly last = panel.Calendar.Days[period.EndDay - 1];
        if (panel.Actions.OfType<Conversion>().FirstOrDefault(one => one.EffectiveDate >= first && one.EffectiveDate <= last) is { } conversion)
        {
            throw new BacktestParameterException(
            [
                new ParameterError(
                    "NOT_SUPPORTED",
                    "panel",
                    $"{conversion.Symbol} turns into {conversion.Successor} on {conversion.EffectiveDate:O}: a sweep runs each instrument alone; end the period before."),
            ]);
        }
    }

    /// <summary>Whole instruments while there are enough of them to keep all threads busy; otherwise pieces of their combinations.</summary>
    private static int TileLength(int instruments, int parameters, int threadCount)
    {
        int tilesWanted = threadCount * 8;
        int pieces = Math.Clamp((tilesWanted + instruments - 1) / instruments, 1, parameters);
        return threadCount == 1 ? parameters : (parameters + pieces - 1) / pieces;
    }
}

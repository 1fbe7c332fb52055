using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Chooses parameters on one stretch of days and tries them on the next, window after window (R. Pardo, "The Evaluation and Optimization of Trading
/// Strategies", 2008). Deterministic, whatever the number of threads. Stateless and thread-safe.
/// </summary>
public static class WalkForward
{
    /// <summary>Runs a walk-forward.</summary>
    /// <typeparam name="TStrategy">The strategy; a struct for full speed.</typeparam>
    /// <param name="panel">The market.</param>
    /// <param name="windows">How the period is cut.</param>
    /// <param name="space">The parameters.</param>
    /// <param name="plan">How each in-sample sweep chooses among them.</param>
    /// <param name="create">Makes a fresh strategy; called by several threads.</param>
    /// <param name="settings">Cash, costs, rules, and the period that is cut.</param>
    /// <param name="rules">The rule book.</param>
    /// <param name="options">Objective, threads; out-of-sample returns are always kept.</param>
    /// <param name="progress">Told the windows done and the windows in all; null for none.</param>
    /// <param name="cancellationToken">Looked at before every trial and within it.</param>
    /// <exception cref="ArgumentException">The plans are out of range, or no point is allowed.</exception>
    /// <exception cref="BacktestParameterException">As of the engine; PERIOD_EMPTY when no day is left after the first in-sample window.</exception>
    /// <exception cref="BacktestException">As of the engine.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static WalkForwardResult Run<TStrategy>(
        MarketPanel panel,
        WalkForwardPlan windows,
        SweepSpace space,
        SweepPlan plan,
        Func<SweepPoint, TStrategy> create,
        BacktestSettings settings,
        RuleBook rules,
        SweepOptions options,
        Action<int, int>? progress,
        CancellationToken cancellationToken)
        where TStrategy : IStrategy
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(windows.InSampleDays, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(windows.OutOfSampleDays, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(windows.WarmUpDays, 0);
        settings = settings with { WarmUpDays = windows.WarmUpDays };
        RunPeriod period = RunPeriod.Of(panel, settings);
        int firstTrial = period.TradeDay + windows.InSampleDays;
        if (firstTrial >= period.EndDay)
        {
            throw new BacktestParameterException(
            [
                new ParameterError(
                    "PERIOD_EMPTY",
                    "inSampleDays",
                    $"The period has {period.EndDay - period.TradeDay} trading days; {windows.InSampleDays} in-sample days leave none to try on."),
            ]);
        }

        int count = (period.EndDay - firstTrial + windows.OutOfSampleDays - 1) / windows.OutOfSampleDays;
        ImmutableArray<WalkForwardWindow>.Builder done = ImmutableArray.CreateBuilder<WalkForwardWindow>(count);
        for (int start = firstTrial; start < period.EndDay; start += windows.OutOfSampleDays)
        {
            int first = windows.IsAnchored ? period.TradeDay : start - windows.InSampleDays;
            int end = Math.Min(start + windows.OutOfSampleDays, period.EndDay);
            BacktestSettings inSample = Between(settings, panel, first, start);
            BacktestSettings outOfSample = Between(settings, panel, start, end);
            SweepResult sweep = StrategySweep.Run(panel, space, plan, create, inSample, rules, options, null, cancellationToken);
            using FastRun run = FastEngine.Simulate(panel, create(sweep.Best.Point), outOfSample, rules, null, cancellationToken);
            done.Add(new WalkForwardWindow(
                inSample.StartDate!.Value,
                inSample.EndDate!.Value,
                outOfSample.StartDate!.Value,
                outOfSample.EndDate!.Value,
                sweep.Best,
                SweepTrial.Of(sweep.Best.Point, run, true)));
            progress?.Invoke(done.Count, count);
        }

        return new WalkForwardResult(space, done.MoveToImmutable());
    }

    private static BacktestSettings Between(BacktestSettings settings, MarketPanel panel, int first, int end) =>
        settings with { StartDate = panel.Calendar.Days[first], EndDate = panel.Calendar.Days[end - 1] };
}

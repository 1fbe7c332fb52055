using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Runs an event strategy under many combinations of parameters, each over the whole panel in the fast engine, on several threads that share the panel.
/// The result depends on the inputs alone, not on threads or time. Stateless and thread-safe.
/// </summary>
public static class StrategySweep
{
    /// <summary>Runs a sweep.</summary>
    /// <typeparam name="TStrategy">The strategy; a struct for full speed.</typeparam>
    /// <param name="panel">The market.</param>
    /// <param name="space">The parameters.</param>
    /// <param name="plan">How to choose among them.</param>
    /// <param name="create">Makes a fresh strategy; called by several threads.</param>
    /// <param name="settings">Cash, costs, rules, period.</param>
    /// <param name="rules">The rule book.</param>
    /// <param name="options">Objective, threads.</param>
    /// <param name="progress">Told the trials done and the trials in all, by one thread at a time, in growing order; null for none.</param>
    /// <param name="cancellationToken">Looked at before every trial and within it.</param>
    /// <exception cref="ArgumentException">The plan or the options are out of range, or no point is allowed.</exception>
    /// <exception cref="BacktestParameterException">As of the engine.</exception>
    /// <exception cref="BacktestException">As of the engine, of the first trial that failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static SweepResult Run<TStrategy>(
        MarketPanel panel,
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
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ThreadCount, 1);
        RunPeriod period = RunPeriod.Of(panel, settings);
        List<SweepPoint> points = Points(space, plan);
        List<Round> rounds = Rounds(plan, points.Count, period.EndDay - period.TradeDay);
        SweepProgress told = new(progress, rounds.Sum(round => round.PointCount));
        List<SweepTrial> trials = [];
        SweepTrial[] last = [];
        foreach (Round round in rounds)
        {
            SweepPoint[] chosen = last.Length == 0 ? [.. points] : Best(last, round.PointCount, options.Objective);
            last = new SweepTrial[chosen.Length];
            SweepTrial[] done = last;
            BacktestSettings limited = settings with { EndDate = panel.Calendar.Days[period.TradeDay + round.DayCount - 1] };
            new TileQueue(chosen.Length, options.ThreadCount, cancellationToken).Run(() => limited, (own, i) =>
            {
                using FastRun run = FastEngine.Simulate(panel, create(chosen[i]), own, rules, null, cancellationToken);
                done[i] = SweepTrial.Of(chosen[i], run, options.KeepsReturns);
                told.Add(1);
            });
            trials.AddRange(last);
        }

        SweepTrial best = last.OrderByDescending(trial => trial.Score(options.Objective)).ThenBy(trial => trial.Point.Index).First();
        return new SweepResult(space, [.. trials], best);
    }

    private static List<SweepPoint> Points(SweepSpace space, SweepPlan plan)
    {
        List<SweepPoint> points = plan switch
        {
            SweepPlan.Random random => SweepDraw.Some(space, random.Seed, Checked(random.Count)),
            SweepPlan.Halving halving => SweepDraw.Some(space, halving.Seed, Checked(halving.Count)),
            _ => SweepDraw.All(space),
        };
        return points.Count > 0 ? points : throw new ArgumentException("The space has no allowed point.", nameof(space));
    }

    private static int Checked(int count) => count is >= 1 and <= SweepPlan.TrialsMax
        ? count
        : throw new ArgumentException($"A plan draws 1 to {SweepPlan.TrialsMax} points, was {count}.", nameof(count));

    /// <summary>Rounds of a plan, the last of which has the whole period.</summary>
    private static List<Round> Rounds(SweepPlan plan, int pointCount, int dayCount)
    {
        if (plan is not SweepPlan.Halving halving)
        {
            return [new Round(pointCount, dayCount)];
        }

        if (halving.Factor is < 2 or > 10 || halving.DaysMin < 1)
        {
            throw new ArgumentException($"Halving needs a factor of 2 to 10 and at least 1 day, was {halving.Factor} and {halving.DaysMin}.", nameof(plan));
        }

        // From the last round back: each round before it has more points over fewer days.
        List<Round> rounds = [];
        int days = dayCount;
        int keeps = 1;
        while (days >= halving.DaysMin && (rounds.Count == 0 || rounds[^1].PointCount < pointCount))
        {
            rounds.Add(new Round(Math.Min(keeps, pointCount), days));
            days /= halving.Factor;
            keeps = (int)Math.Min((long)keeps * halving.Factor, pointCount);
        }

        rounds.Reverse();
        if (rounds.Count == 0)
        {
            return [new Round(pointCount, dayCount)];
        }

        rounds[0] = rounds[0] with { PointCount = pointCount };
        return rounds;
    }

    private static SweepPoint[] Best(SweepTrial[] trials, int count, SweepObjective objective) =>
    [
        .. trials.OrderByDescending(trial => trial.Score(objective)).ThenBy(trial => trial.Point.Index).Take(count).Select(trial => trial.Point),
    ];

    private readonly record struct Round(int PointCount, int DayCount);
}

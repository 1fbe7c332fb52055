using EasyQuant.BacktestService.Grpc;
using EasyQuant.BacktestService.Storage;
using EasyQuant.ServiceDefaults.Errors;
using StatusCode = global::Grpc.Core.StatusCode;

namespace EasyQuant.BacktestService.Work;

/// <summary>
/// Lays out the trials of a sweep: rounds of a halving search, windows of a walk-forward. How many trials there are and which days they have follows from the
/// spec and the data alone; only which combinations a later block tries depends on results. So a sweep that was interrupted goes on where it was.
/// </summary>
internal static class SweepBlocks
{
    private const int WindowsMax = 1_000;

    /// <summary>Returns the blocks in the order of their trials; each block's source comes before it.</summary>
    /// <param name="search">How the sweep chooses.</param>
    /// <param name="combinations">Combinations of parameters, at least 1.</param>
    /// <param name="days">Trading days of the period, ascending.</param>
    /// <exception cref="RpcError">PERIOD_EMPTY: no day is left after the first in-sample window; SWEEP_TOO_LARGE.</exception>
    public static IReadOnlyList<SweepBlock> Of(SweepSearch search, int combinations, IReadOnlyList<DateOnly> days)
    {
        if (!search.HasStages)
        {
            return [new SweepBlock(0, combinations, TrialStage.Plain, -1)];
        }

        List<SweepBlock> blocks = [];
        List<(Window Window, int LastBlock)> ends = [];
        foreach (Window window in Windows(search, days))
        {
            int source = -1;
            int round = 0;
            foreach ((int count, int dayCount) in Rounds(search, combinations, window.OutStart - window.InStart))
            {
                var stage = new TrialStage(
                    window.Number,
                    search.Halving is null ? 0 : ++round,
                    window.Number == 0 ? TrialStage.All : TrialStage.In,
                    days[window.InStart],
                    days[window.InStart + dayCount - 1]);
                source = Add(count, stage, source);
            }

            ends.Add((window, source));
        }

        // The windows do not depend on each other, so all out-of-sample trials come last and run side by side.
        foreach ((Window window, int last) in ends.Where(one => one.Window.Number > 0))
        {
            Add(1, new TrialStage(window.Number, 0, TrialStage.Out, days[window.OutStart], days[window.OutEnd - 1]), last);
        }

        return blocks;

        int Add(int count, TrialStage stage, int source)
        {
            long first = blocks.Count == 0 ? 0 : (long)blocks[^1].FirstTrial + blocks[^1].Count;
            if (first + count > SweepReader.TrialsMax)
            {
                throw new RpcError(
                    StatusCode.InvalidArgument, "SWEEP_TOO_LARGE", $"Over all windows and rounds the sweep has more than {SweepReader.TrialsMax} trials; try fewer combinations or longer windows.");
            }

            blocks.Add(new SweepBlock((int)first, count, stage, source));
            return blocks.Count - 1;
        }
    }

    private static IEnumerable<Window> Windows(SweepSearch search, IReadOnlyList<DateOnly> days)
    {
        if (search.WalkForward is not { } plan)
        {
            return [new Window(0, 0, days.Count, days.Count)];
        }

        if (days.Count <= plan.InSampleDays)
        {
            throw new RpcError(
                StatusCode.FailedPrecondition,
                "PERIOD_EMPTY",
                $"The period has {days.Count} trading days; {plan.InSampleDays} in-sample days leave none to try on.");
        }

        int count = (days.Count - plan.InSampleDays + plan.OutOfSampleDays - 1) / plan.OutOfSampleDays;
        if (count > WindowsMax)
        {
            throw new RpcError(StatusCode.InvalidArgument, "SWEEP_TOO_LARGE", $"The walk-forward has {count} windows, at most {WindowsMax} are run; make them longer.");
        }

        return Enumerable.Range(0, count).Select(i =>
        {
            int start = plan.InSampleDays + (i * plan.OutOfSampleDays);
            return new Window(i + 1, plan.IsAnchored ? 0 : start - plan.InSampleDays, start, Math.Min(start + plan.OutOfSampleDays, days.Count));
        });
    }

    // As of EasyQuant.Engine.SweepPlan.Halving: from the last round back, each round before it has more combinations over fewer days.
    private static List<(int Count, int DayCount)> Rounds(SweepSearch search, int combinations, int dayCount)
    {
        List<(int Count, int DayCount)> rounds = [];
        if (search.Halving is { } halving)
        {
            int keeps = 1;
            for (int days = dayCount; days >= halving.DaysMin && (rounds.Count == 0 || rounds[^1].Count < combinations); days /= halving.Factor)
            {
                rounds.Add((Math.Min(keeps, combinations), days));
                keeps = (int)Math.Min((long)keeps * halving.Factor, combinations);
            }

            rounds.Reverse();
        }

        if (rounds.Count == 0)
        {
            return [(combinations, dayCount)];
        }

        rounds[0] = (combinations, rounds[0].DayCount);
        return rounds;
    }

    private readonly record struct Window(int Number, int InStart, int OutStart, int OutEnd);
}

using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Compares the timing of a run with chance: the same trades (instrument, quantity, days held) at shuffled times. In each instrument the gaps
/// between trades are put in another order, and so are the trades, so that their number and the days invested stay the same. A run of
/// the true times through the same replay is what they are compared with.
/// </summary>
internal static class ShuffleCheck
{
    private const int TradesMin = 5;

    public static BiasVerdict Run(BiasSubject subject, EngineRun run, BiasOptions options, Action step, CancellationToken cancellationToken)
    {
        DateOnly[] days = [.. run.Equity.Select(point => point.TradingDate)];
        Lane[] lanes = Lanes(subject.Panel, run, days);
        int trades = lanes.Sum(lane => lane.Trades.Length);
        if (trades < TradesMin || lanes.All(lane => lane.Gaps.All(gap => gap == 0)))
        {
            return new BiasVerdict(
                BiasCheck.ShuffledSignals,
                BiasOutcome.NotApplicable,
                [new("trade_count", trades)],
                $"There are {trades} trades to shuffle; it takes {TradesMin} with days between them.",
                $"只有 {trades} 笔可打乱的交易，至少需要 {TradesMin} 笔且其间有空仓日。");
        }

        double actual = Replay(lanes);
        step();
        SeededRandom random = new((ulong)options.Seed);
        double[] shuffled = new double[options.ShuffleCount];
        for (int i = 0; i < shuffled.Length; i++)
        {
            foreach (Lane lane in lanes)
            {
                random.Shuffle(lane.Gaps);
                random.Shuffle(lane.Trades);
            }

            shuffled[i] = Replay(lanes);
            step();
        }

        int asGood = shuffled.Count(one => one >= actual);
        double probability = (asGood + 1.0) / (shuffled.Length + 1);
        Array.Sort(shuffled);
        BiasOutcome outcome = probability <= 0.05 ? BiasOutcome.Passed : probability <= 0.5 ? BiasOutcome.Warned : BiasOutcome.Failed;
        string percent = BiasChecks.Text(probability, "P1");
        return new BiasVerdict(
            BiasCheck.ShuffledSignals,
            outcome,
            [
                new("trade_count", trades),
                new("shuffle_count", shuffled.Length),
                new("replayed_return", actual),
                new("shuffled_median_return", Sample.Quantile(shuffled, 0.5)),
                new("shuffled_high_return", Sample.Quantile(shuffled, 0.95)),
                new("probability", probability),
            ],
            outcome == BiasOutcome.Passed
                ? $"The same trades at random times do as well with probability {percent}: the timing stands out."
                : $"The same trades at random times do as well with probability {percent}: the timing does not stand out from chance.",
            outcome == BiasOutcome.Passed
                ? $"同样的交易随机择时达到同等收益的概率为 {percent}：择时显著。"
                : $"同样的交易随机择时达到同等收益的概率为 {percent}：择时与随机无法区分。");

        double Replay(Lane[] schedule)
        {
            EngineRun again = FastEngine.Run(
                subject.Panel, new ReplayStrategy(Steps(schedule, days)), subject.Settings, subject.Rules, null, cancellationToken);
            return BiasMeasure.Of(again, BiasChecks.Initial(again)).TotalReturn;
        }
    }

    /// <summary>Trades and gaps of each instrument, in order of time.</summary>
    private static Lane[] Lanes(MarketPanel panel, EngineRun run, DateOnly[] days)
    {
        List<Lane> lanes = [];
        foreach (IGrouping<Symbol, RoundTrip> group in RoundTripBuilder.Build(panel, run).GroupBy(trip => trip.Symbol).OrderBy(group => group.Key))
        {
            List<Held> trades = [];
            List<int> gaps = [];
            int free = 0;
            foreach (RoundTrip trip in group.OrderBy(trip => trip.EntryDate))
            {
                int entry = Array.BinarySearch(days, trip.EntryDate);
                int exit = trip.ExitDate is { } date ? Array.BinarySearch(days, date) : days.Length;
                if (entry >= free && exit > entry)
                {
                    gaps.Add(entry - free);
                    trades.Add(new Held(exit - entry, trip.Quantity.Units, trip.IsShort));
                    free = exit;
                }
            }

            gaps.Add(Math.Max(0, days.Length - free));
            lanes.Add(new Lane(panel.IndexOf(group.Key), [.. trades], [.. gaps]));
        }

        return [.. lanes];
    }

    /// <summary>Orders at the close before the day on which they fill, exits before entries of one day.</summary>
    private static ReplayStrategy.Step[] Steps(Lane[] lanes, DateOnly[] days)
    {
        List<ReplayStrategy.Step> steps = [];
        foreach (Lane lane in lanes)
        {
            int day = 0;
            for (int i = 0; i < lane.Trades.Length; i++)
            {
                Held trade = lane.Trades[i];
                day += lane.Gaps[i];
                Add(steps, lane.Instrument, trade, day, isExit: false);
                day += trade.DayCount;
                Add(steps, lane.Instrument, trade, day, isExit: true);
            }
        }

        return [.. steps.OrderBy(step => step.Date).ThenByDescending(step => step.IsExit).ThenBy(step => step.Instrument)];

        void Add(List<ReplayStrategy.Step> target, int instrument, Held trade, int day, bool isExit)
        {
            // Nothing can fill on the first day, and what would end after the last stays open.
            int close = Math.Max(0, day - 1);
            if (close < days.Length - 1)
            {
                OrderSide side = trade.IsShort == isExit ? OrderSide.Buy : OrderSide.Sell;
                target.Add(new ReplayStrategy.Step(days[close], instrument, side, trade.Quantity, isExit));
            }
        }
    }

    private sealed record Lane(int Instrument, Held[] Trades, int[] Gaps);

    private readonly record struct Held(int DayCount, long Quantity, bool IsShort);

    /// <summary>SplitMix64 of G. Steele, D. Lea and C. Flood (2014): the same numbers everywhere.</summary>
    private sealed class SeededRandom(ulong seed)
    {
        private ulong _state = seed;

        /// <summary>R. Fisher and F. Yates (1938), the modern form.</summary>
        public void Shuffle<T>(T[] values)
        {
            for (int i = values.Length - 1; i > 0; i--)
            {
                int other = (int)(Next() % (ulong)(i + 1));
                (values[i], values[other]) = (values[other], values[i]);
            }
        }

        private ulong Next()
        {
            unchecked
            {
                _state += 0x9E37_79B9_7F4A_7C15;
                ulong z = _state;
                z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
                z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
                return z ^ (z >> 31);
            }
        }
    }
}

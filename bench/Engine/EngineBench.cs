using System.Collections.Immutable;
using System.Diagnostics;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Bench.Engine;

/// <summary>
/// Speed of the backtest engines on the workloads W1 (SMA cross over a million minutes), W2 (100 parameter combinations x 500 symbols x 2,500 days) and W3 (monthly
/// rotation over 500 symbols x 2,500 days), each against a hand-written loop in the same run.
/// </summary>
public static class EngineBench
{
    private const string Name = "engine";
    private const int Rounds = 15;

    // The loop of W1 is run this often a sample, so that a sample of it lasts about as long as one of the engine: on a busy machine short samples are interrupted less.
    private const int PlainRepeats = 2;
    private static readonly int[] s_fast = [3, 5, 8, 10, 12, 15, 18, 20, 22, 25];
    private static readonly int[] s_slow = [30, 40, 50, 60, 70, 80, 90, 100, 110, 120];

    /// <summary>Runs the bench and prints one JSON line a metric.</summary>
    /// <param name="args">
    /// Optional: a directory with daily.npy and minute.npy, whose published results are then checked; without it data of the same shape are generated. With
    /// <c>memory COUNT</c> only sweeps COUNT combinations and prints the peak memory in MB: the bench starts itself so.
    /// </param>
    /// <param name="cancellationToken">Stops between two rounds.</param>
    public static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        if (args.Length >= 2 && args[0] == SweepMemory.Mode)
        {
            return SweepMemory.RunChild(args[1..]);
        }

        string? directory = args.Length > 0 ? args[0] : null;
        EngineData data = EngineData.Load(directory);
        SmaCross(data, cancellationToken);
        Sweep(data, cancellationToken);
        Rotation(data, cancellationToken);
        TwoThreads(data);
        Growth(data);
        BenchLine.Print(Name, "w2_peak_mb", await SweepMemory.MeasureAsync(directory, 100, cancellationToken), "MB", "target 400");
        BenchLine.Print(
            Name, "w2_peak_mb_400_combinations", await SweepMemory.MeasureAsync(directory, 400, cancellationToken), "MB", "flat against w2_peak_mb");
        return 0;
    }

    /// <summary>Cash 10 million, commission 0.03 %, stamp 0.1 % on sales, fees rounded to 0.01, no exchange rules.</summary>
    internal static BacktestSettings Settings() => new()
    {
        InitialCash = Money.FromYuan(EngineData.CashYuan),
        CommissionPpm = 300,
        CommissionMinimum = Money.Zero,
        StampDutySellPpm = 1000,
        TransferFeePpm = 0,
        ExchangeRules = false,
    };

    /// <summary>Combinations of W2; beyond 100 further ones with other fast lengths.</summary>
    internal static ImmutableArray<SmaCrossSignal> Combinations(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new SmaCrossSignal(s_fast[i / 10 % 10] + (i / 100 % 4), s_slow[i % 10], 1000))];

    private static void SmaCross(EngineData data, CancellationToken cancellationToken)
    {
        double plainEquity = 0;
        Money equity = default;
        long bytes = 0;
        double[] seconds = Alternate(
            Rounds,
            cancellationToken,
            () => Repeat(PlainRepeats, () => plainEquity = PlainLoops.SmaCross(data.MinuteOpen, data.MinuteClose, 10, 30).Equity),
            () =>
            {
                bytes = GC.GetAllocatedBytesForCurrentThread();
                using FastRun run = FastEngine.Simulate(
                    data.Minutes, new SmaCrossWorkload(10, 30, 1000), Settings(), RuleBook.China, null, cancellationToken);
                bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
                equity = run.FinalEquity;
            },
            () => FastEngine.Run(data.Minutes, new SmaCrossWorkload(10, 30, 1000), Settings(), RuleBook.China, null, cancellationToken),
            () => ReferenceEngine.Run(data.Minutes, new SmaCrossWorkload(10, 30, 1000), Settings(), RuleBook.China, null, cancellationToken));
        seconds[0] /= PlainRepeats;
        Check("W1", plainEquity, equity.ToDouble(), 1, data.IsDefined ? 9_315_385.919094 : plainEquity);
        string loop = $"hand-written loop, {EngineData.MinuteCount / seconds[0]:0} bars/s";
        BenchLine.Print(Name, "w1_loop", EngineData.MinuteCount / seconds[0], "bars/s");
        BenchLine.Print(Name, "w1_bars_per_second", EngineData.MinuteCount / seconds[1], "bars/s", loop);
        BenchLine.Print(Name, "w1_ratio", seconds[0] / seconds[1], "x", loop + "; target 0.5");
        BenchLine.Print(Name, "w1_with_lists_ratio", seconds[0] / seconds[2], "x", loop + "; with the lists of all orders and fills");
        BenchLine.Print(Name, "w1_reference_ratio", seconds[0] / seconds[3], "x", loop + "; target 0.03");
        BenchLine.Print(Name, "allocated_bytes_per_bar", bytes / (double)EngineData.MinuteCount, "B");
    }

    private static void Sweep(EngineData data, CancellationToken cancellationToken)
    {
        const int LaneCount = EngineData.SymbolCount * 100;
        double[] equities = new double[LaneCount];
        long plainFills = 0;
        SignalSweepResult? result = null;
        double[] seconds = Alternate(
            Rounds,
            cancellationToken,
            () => plainFills = PlainLoops.Sweep(data.DailyOpen, data.DailyClose, s_fast, s_slow, 2, equities),
            () => result = SignalSweep.Run(data.Days, Combinations(100), Settings(), RuleBook.China, 2, null, cancellationToken));
        double sum = result!.Lanes.Sum(lane => lane.Equity.ToDouble());

        // The loop does not round fees. Three million roundings to 0.01 move the sum by 5 on the published data and by chance on any other: their standard
        // deviation is about 7.
        Check("W2", equities.Sum(), sum, data.IsDefined ? 5 : 50, data.IsDefined ? 500_502_338_555.50 : equities.Sum());
        long fills = result.Lanes.Sum(lane => (long)lane.FillCount);
        if (fills != plainFills || (data.IsDefined && fills != 2_958_020))
        {
            throw new InvalidOperationException($"W2: {fills} fills, the loop has {plainFills}.");
        }

        double evaluations = (double)LaneCount * EngineData.DayCount;
        string loop = $"Vector512 bit-mask loop, 2 threads, {evaluations / seconds[0]:0} bar evaluations/s";
        BenchLine.Print(Name, "w2_loop", evaluations / seconds[0], "bar evaluations/s");
        BenchLine.Print(Name, "w2_evaluations_per_second", evaluations / seconds[1], "bar evaluations/s", loop);
        BenchLine.Print(Name, "w2_ratio", seconds[0] / seconds[1], "x", loop + "; target 0.5");
    }

    private static void Rotation(EngineData data, CancellationToken cancellationToken)
    {
        BacktestSettings free = Settings() with { CommissionMinimum = Money.FromYuan(5) };
        BacktestSettings ruled = free with { ExchangeRules = true, VolumeCapPpm = null };
        double plainEquity = 0;
        Money equity = default;
        double[] seconds = Alternate(
            Rounds,
            cancellationToken,
            () => plainEquity = PlainRotation.Run(data.DailyOpen, data.DailyClose, data.Calendar.Days).Equity,
            () =>
            {
                using FastRun run = FastEngine.Simulate(data.DaysInLots, new RotationWorkload(120, 20), free, RuleBook.China, null, cancellationToken);
                equity = run.FinalEquity;
            },
            () => FastEngine.Simulate(data.DaysInLots, new RotationWorkload(120, 20), ruled, RuleBook.China, null, cancellationToken).Dispose(),
            () => ReferenceEngine.Run(data.DaysInLots, new RotationWorkload(120, 20), free, RuleBook.China, null, cancellationToken));
        Check("W3", plainEquity, equity.ToDouble(), 5, data.IsDefined ? 15_671_331.174147 : plainEquity);
        const double Bars = (double)EngineData.SymbolCount * EngineData.DayCount;
        string loop = $"hand-written loop, {Bars / seconds[0]:0} bars/s";
        BenchLine.Print(Name, "w3_loop", Bars / seconds[0], "bars/s");
        BenchLine.Print(Name, "w3_bars_per_second_rules_off", Bars / seconds[1], "bars/s", loop + "; target 20000000");
        BenchLine.Print(Name, "w3_bars_per_second", Bars / seconds[2], "bars/s", loop + "; A-share rules on; target 15000000");
        BenchLine.Print(Name, "w3_reference_bars_per_second", Bars / seconds[3], "bars/s", loop);
    }

    private static void TwoThreads(EngineData data)
    {
        const int RunsPerThread = 6;
        double one = double.MaxValue;
        double two = double.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            one = Math.Min(one, Seconds(Work));
            two = Math.Min(two, Seconds(() => Parallel.For(0, 2, _ => Work())));
        }

        BenchLine.Print(Name, "two_thread_scaling", 2 * one / two, "x", "twice the runs in the same time is 2");

        void Work()
        {
            for (int i = 0; i < RunsPerThread; i++)
            {
                FastEngine.Simulate(data.Minutes, new SmaCrossWorkload(10, 30, 1000), Settings(), RuleBook.China, null, CancellationToken.None).Dispose();
            }
        }
    }

    /// <summary>Time a bar on ten times the data over time a bar: 1 is linear.</summary>
    private static void Growth(EngineData data)
    {
        MarketPanel fewMinutes = data.FirstMinutes(EngineData.MinuteCount / 10);
        MarketPanel fewSymbols = data.FirstSymbols(EngineData.SymbolCount / 10);
        BacktestSettings settings = Settings();
        double[] seconds = Alternate(
            Rounds,
            CancellationToken.None,
            () => Repeat(10, () => FastEngine.Simulate(fewMinutes, new SmaCrossWorkload(10, 30, 1000), settings, RuleBook.China, null, default).Dispose()),
            () => FastEngine.Simulate(data.Minutes, new SmaCrossWorkload(10, 30, 1000), settings, RuleBook.China, null, default).Dispose(),
            () => Repeat(10, () => FastEngine.Simulate(fewSymbols, new RotationWorkload(120, 20), settings, RuleBook.China, null, default).Dispose()),
            () => FastEngine.Simulate(data.DaysInLots, new RotationWorkload(120, 20), settings, RuleBook.China, null, default).Dispose());
        BenchLine.Print(Name, "growth_minutes_1x_to_10x", seconds[1] / seconds[0], "x", "time a bar on 1,000,000 minutes over 100,000; 1 is linear");
        BenchLine.Print(Name, "growth_symbols_1x_to_10x", seconds[3] / seconds[2], "x", "time a bar on 500 symbols over 50; 1 is linear");
    }

    private static void Repeat(int count, Action action)
    {
        for (int i = 0; i < count; i++)
        {
            action();
        }
    }

    /// <summary>Warms up, then runs the actions in turns; median seconds of each.</summary>
    private static double[] Alternate(int rounds, CancellationToken cancellationToken, params Action[] actions)
    {
        const int WarmUps = 40;
        var warm = Stopwatch.StartNew();
        for (int i = 0; i < WarmUps && (i < 3 || warm.Elapsed < TimeSpan.FromSeconds(4)); i++)
        {
            foreach (Action action in actions)
            {
                cancellationToken.ThrowIfCancellationRequested();
                action();
            }
        }

        double[][] seconds = [.. actions.Select(_ => new double[rounds])];
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < actions.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                seconds[i][round] = Seconds(actions[i]);
            }
        }

        return [.. seconds.Select(one => one.Order().ElementAt(rounds / 2))];
    }

    private static double Seconds(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static void Check(string workload, double plain, double actual, double tolerance, double expected)
    {
        if (Math.Abs(plain - expected) > tolerance || Math.Abs(actual - expected) > tolerance)
        {
            throw new InvalidOperationException($"{workload}: expected {expected:R} within {tolerance}, the loop gives {plain:R}, the engine {actual:R}.");
        }
    }
}

using System.Collections.Immutable;
using EasyQuant.Domain;
using EasyQuant.Engine;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Engine.Tests;

/// <summary>Every lane of the sweep kernel equals the reference engine over the same instrument, and threads change nothing.</summary>
public sealed class SignalSweepProperties
{
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(150);

    [Fact]
    public void Lanes_AnyMarketAndSettings_EqualReference()
    {
        int byKernel = 0;
        int fills = 0;
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            Random random = new(seed);
            MarketPanel panel = random.Next(3) == 0 ? WildMarket.Make(seed) : RandomMarket.Make(seed);
            BacktestSettings settings = random.Next(3) == 0 ? WildMarket.Settings(random, panel) : Plain(random);
            ImmutableArray<WildSignal> parameters = [.. Enumerable.Range(0, 4).Select(_ => new WildSignal(random.Next()))];
            SignalSweepResult? result = Try(() => SignalSweep.Run(panel, parameters, settings, RuleBook.China, random.Next(1, 4), null, default));
            for (int i = 0; i < panel.Series.Length; i++)
            {
                string symbol = panel.Series[i].Instrument.Symbol.ToString();
                MarketPanel one = new(
                    panel.Calendar, panel.Axis, [panel.Series[i]], [.. panel.Actions.Where(action => action.Symbol.ToString() == symbol)], panel.ExchangeRates);
                for (int p = 0; p < parameters.Length; p++)
                {
                    EngineRun? run = Try(() => ReferenceEngine.Run(
                        one, new SignalAdapter<WildSignal>(parameters[p], one, settings), settings, RuleBook.China, null, default));
                    if (result is not null && run is not null)
                    {
                        Same(run, result[i, p], $"seed {seed}, {symbol}, combination {p}");
                        byKernel += result[i, p].IsByEngine ? 0 : 1;
                        fills += result[i, p].IsByEngine ? 0 : run.Fills.Length;
                    }
                }
            }
        }).Check(s_config);
        Assert.True(byKernel > 300, $"only {byKernel} lanes by the kernel");
        Assert.True(fills > 500, $"only {fills} fills by the kernel");
    }

    [Fact]
    public void Threads_AnyNumber_GiveTheSameLanes()
    {
        MarketPanel panel = WorkloadMarket.Days(WorkloadMarket.Fixture("w3.bin"));
        ImmutableArray<SmaCrossSignal> parameters = [.. Enumerable.Range(1, 20).Select(fast => new SmaCrossSignal(fast, 40 + fast, 500))];
        SignalSweepResult[] results =
        [
            .. new[] { 1, 2, 3, 7 }.Select(threads =>
                SignalSweep.Run(panel, parameters, WorkloadTests.Settings(Money.Zero, true), RuleBook.China, threads, null, default)),
        ];
        Assert.All(results, result => Assert.Equal(results[0].Lanes.ToArray(), result.Lanes.ToArray()));
    }

    [Fact]
    public void Progress_WholeSweep_GrowsToTheLaneCount()
    {
        List<int> done = [];
        MarketPanel panel = RandomMarket.Make(3);
        SignalSweep.Run(panel, [new SmaCrossSignal(1, 2, 100), new SmaCrossSignal(2, 3, 100)], Plain(new Random(1)), RuleBook.China, 2, (count, total) =>
        {
            Assert.Equal(panel.Series.Length * 2, total);
            done.Add(count);
        }, default);
        Assert.Equal(done.Order(), done);
        Assert.Equal(panel.Series.Length * 2, done[^1]);
    }

    [Fact]
    public void Sweep_CancelledFromProgress_Stops()
    {
        using CancellationTokenSource source = new();
        Assert.Throws<OperationCanceledException>(() => SignalSweep.Run(
            WorkloadMarket.Days(WorkloadMarket.Fixture("w3.bin")), [new SmaCrossSignal(1, 2, 100)], Plain(new Random(1)), RuleBook.China, 2, (_, _) => source.Cancel(), source.Token));
    }

    [Fact]
    public void Strategy_Throws_NamesTheFirstLane()
    {
        MarketPanel panel = WorkloadMarket.Days(WorkloadMarket.Fixture("w3.bin"));
        BacktestException error = Assert.Throws<BacktestException>(() => SignalSweep.Run(
            panel, [new SmaCrossSignal(1, 2, 100), new SmaCrossSignal(0, 2, 100)], WorkloadTests.Settings(Money.Zero, true), RuleBook.China, 2, null, default));
        Assert.Equal("STRATEGY_FAILED", error.Reason);
        Assert.Contains("Combination 1", error.Message, StringComparison.Ordinal);
        Assert.Contains("600000.SH", error.Message, StringComparison.Ordinal);
    }

    internal static BacktestSettings Plain(Random random) => new()
    {
        InitialCash = Money.FromYuan(random.Next(5) == 0 ? 20_000 : 10_000_000),
        CommissionMinimum = random.Next(2) == 0 ? Money.Zero : Money.FromYuan(5),
        StampDutySellPpm = random.Next(2) == 0 ? null : 1000,
        TransferFeePpm = random.Next(2) == 0 ? null : 0,
        FeeIncrement = random.Next(2) == 0 ? new Money(1) : new Money(Money.UnitsPerCent),
        ExchangeRules = random.Next(2) == 0,
        VolumeCapPpm = random.Next(2) == 0 ? null : 250_000,
        FillRule = random.Next(3) == 0 ? FillRule.NextClose : FillRule.NextOpen,
    };

    internal static void Same(EngineRun run, LaneResult lane, string what)
    {
        LaneResult expected = new(
            run.Equity[^1].Equity, run.Equity[^1].Cash, run.Orders.Length, run.Fills.Length, LaneWins.Count(run.Fills), lane.IsByEngine);
        Assert.True(expected == lane, $"{what}: {expected} and {lane}");
    }

    internal static T? Try<T>(Func<T> run)
        where T : class
    {
        try
        {
            return run();
        }
        catch (Exception e) when (e is BacktestParameterException or BacktestException)
        {
            return null;
        }
    }

    /// <summary>One of several ways to make signals, from a seed.</summary>
    private readonly record struct WildSignal(int Seed) : ISignalStrategy
    {
        public void Compute(SignalColumns columns, SignalOutput signals)
        {
            Random random = new(Seed);
            int period = random.Next(1, 6);
            signals.Size = random.Next(4) == 0 ? random.Next(0, 2000) : random.Next(1, 10) * 100;
            switch (random.Next(5))
            {
                case 0:
                    signals.SetCross(columns.Sma(period), columns.Sma(period + random.Next(1, 8)));
                    break;
                case 1:
                    signals.Entry.SetBelow(columns.Rsi(period), 40);
                    signals.Exit.SetAbove(columns.Rsi(period), 55);
                    break;
                case 2:
                    signals.Entry.SetAbove(columns.Close, columns.Lag(columns.Donchian(period).Upper, 1));
                    signals.Exit.SetAbove(columns.Lag(columns.Donchian(period).Lower, 1), columns.Close);
                    break;
                case 3:
                    for (int i = 0; i < signals.Count; i++)
                    {
                        signals.Entry[i] = random.Next(2) == 0;
                        signals.Exit[i] = random.Next(2) == 0;
                    }

                    break;
                default:
                    signals.Entry.SetAbove(columns.ZScore(period + 1), 0.5);
                    signals.Exit.SetBelow(columns.ZScore(period + 1), -0.5);
                    for (int i = 0; i < signals.Count; i++)
                    {
                        signals.Sizes[i] = random.Next(0, 5) * 100;
                    }

                    break;
            }
        }
    }
}

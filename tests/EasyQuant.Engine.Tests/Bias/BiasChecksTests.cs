using System.Text.Json.Nodes;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

public sealed class BiasChecksTests
{
    private static readonly MarketPanel s_panel = Wave(400, 0.02);

    [Fact]
    public void Truncated_StrategyThatKnowsTomorrow_Fails()
    {
        BiasReport report = Check(s_panel, panel => new Prophet(panel, ahead: 1));
        BiasVerdict verdict = Verdict(report, BiasCheck.TruncatedHistory);
        Assert.Equal(BiasOutcome.Failed, verdict.Outcome);
        Assert.True(Figure(verdict, "different_count") >= 1);
        Assert.Contains("looks ahead", verdict.ReasonEn, StringComparison.Ordinal);
        Assert.Equal(BiasOutcome.Failed, report.Outcome);
    }

    [Fact]
    public void Truncated_StrategyThatKnowsToday_Passes()
    {
        BiasVerdict verdict = Verdict(Check(s_panel, panel => new Prophet(panel, ahead: 0)), BiasCheck.TruncatedHistory);
        Assert.Equal(BiasOutcome.Passed, verdict.Outcome);
        Assert.Equal(0, Figure(verdict, "different_count"));
    }

    [Fact]
    public void WarmUp_ShortAverages_PassesAndPathDependence_DoesNot()
    {
        BiasVerdict settled = Verdict(Check(s_panel, _ => new SmaCrossStrategy(3, 8, OrderSize.FixedShares(100))), BiasCheck.WarmUp);
        Assert.Equal(BiasOutcome.Passed, settled.Outcome);
        BiasVerdict path = Verdict(Check(s_panel, _ => new EveryNthBar(7)), BiasCheck.WarmUp);
        Assert.True(path.Outcome >= BiasOutcome.Warned, path.ReasonEn);
    }

    [Fact]
    public void Delay_ProfitOfTheNextDayOnly_Fails()
    {
        BiasVerdict prophet = Verdict(Check(Noise(400), panel => new Prophet(panel, ahead: 1)), BiasCheck.Delay);
        Assert.True(Figure(prophet, "total_return") > 0.5, prophet.ReasonEn);
        Assert.True(prophet.Outcome >= BiasOutcome.Warned, prophet.ReasonEn);
        BiasVerdict slow = Verdict(Check(s_panel, _ => new SmaCrossStrategy(3, 8, OrderSize.Fraction(900_000))), BiasCheck.Delay);
        Assert.Equal(BiasOutcome.Passed, slow.Outcome);
    }

    [Fact]
    public void DoubledCosts_Reprice_EveryFee()
    {
        BiasVerdict verdict = Verdict(Check(s_panel, _ => new SmaCrossStrategy(3, 8, OrderSize.FixedShares(1000))), BiasCheck.DoubledCosts);
        EngineRun run = ReferenceEngine.Run(s_panel, new SmaCrossStrategy(3, 8, OrderSize.FixedShares(1000)), new BacktestSettings(), RuleBook.China, null, default);
        double fees = run.Fills.Sum(fill => fill.Fees.ToDouble());
        Assert.True(fees > 0);
        // The orders do not depend on cash here, so all that changes is that the fees are paid twice (each rounded to a cent).
        Assert.Equal(
            Figure(verdict, "total_return") - (fees / 1_000_000), Figure(verdict, "doubled_total_return"), 0.01 * 3 * run.Fills.Length / 1_000_000);
    }

    [Fact]
    public void Shuffled_TimingThatKnows_PassesAndTimingAtRandom_DoesNot()
    {
        BiasVerdict knowing = Verdict(Check(Noise(400), panel => new Prophet(panel, ahead: 1), 99), BiasCheck.ShuffledSignals);
        Assert.Equal(BiasOutcome.Passed, knowing.Outcome);
        Assert.Equal(0.01, Figure(knowing, "probability"), 12);
        int passed = Enumerable.Range(4, 6).Count(every =>
            Verdict(Check(Noise(400), _ => new EveryNthBar(every), 19), BiasCheck.ShuffledSignals).Outcome == BiasOutcome.Passed);
        Assert.InRange(passed, 0, 2);
    }

    [Fact]
    public void Shuffled_BuyAndHold_DoesNotApply()
    {
        BiasReport report = BiasChecks.Run(s_panel, "buy_and_hold", [], new BacktestSettings(), BiasOptions.Default, null, default);
        Assert.Equal(BiasOutcome.NotApplicable, Verdict(report, BiasCheck.ShuffledSignals).Outcome);
        Assert.Equal(BiasOutcome.NotApplicable, Verdict(report, BiasCheck.WarmUp).Outcome);
    }

    [Fact]
    public void Report_SameSeed_IsTheSameAndTellsItsProgress()
    {
        List<(int Done, int Total)> steps = [];
        JsonObject parameters = new() { ["fast"] = 3, ["slow"] = 8 };
        BiasOptions options = BiasOptions.Default with { ShuffleCount = 20 };
        BiasReport report = BiasChecks.Run(s_panel, "sma_cross", parameters, new BacktestSettings(), options, (done, total) => steps.Add((done, total)), default);
        BiasReport again = BiasChecks.Run(s_panel, "sma_cross", parameters, new BacktestSettings(), options, null, default);
        Assert.Equal(report.ToJson().ToJsonString(), again.ToJson().ToJsonString());
        Assert.Equal((28, 28), steps[^1]);
        Assert.Equal(Enum.GetValues<BiasCheck>(), report.Verdicts.Select(verdict => verdict.Check));
        BacktestResult result = Backtester.Run(s_panel, "sma_cross", parameters, new BacktestSettings(), null, default);
        Assert.Equal(Trial.Of(result, null).Key, report.TrialKey);
        Assert.NotEqual(
            report.ToJson().ToJsonString(),
            BiasChecks.Run(s_panel, "sma_cross", parameters, new BacktestSettings(), options with { Seed = 2 }, null, default).ToJson().ToJsonString());
    }

    [Fact]
    public void Options_OutOfRange_AreNamed() =>
        Assert.Equal(["shuffleCount", "cutCount"], new BiasOptions { ShuffleCount = 9, CutCount = 0 }.Validate().Select(error => error.Field));

    private static BiasReport Check(MarketPanel panel, Func<MarketPanel, IStrategy> create, int shuffleCount = 10) => BiasChecks.Run(
        new BiasSubject(panel, create, new BacktestSettings(), RuleBook.China), "key", new BiasOptions { ShuffleCount = shuffleCount }, null, default);

    private static BiasVerdict Verdict(BiasReport report, BiasCheck check) => report.Verdicts.Single(verdict => verdict.Check == check);

    private static double Figure(BiasVerdict verdict, string name) => Assert.NotNull(verdict.Figures.Single(figure => figure.Name == name).Value);

    private static MarketPanel Wave(int days, double step) => Panel([.. Enumerable.Range(0, days).Select(i => 20 * Math.Exp((0.15 * Math.Sin(i / 9.0)) + (step * i / 20)))]);

    private static MarketPanel Noise(int days)
    {
        Random random = new(21);
        double price = 20;
        return Panel([.. Enumerable.Range(0, days).Select(_ => price *= 1 + ((random.NextDouble() - 0.5) * 0.06))]);
    }

    private static MarketPanel Panel(double[] prices)
    {
        long[] close = [.. prices.Select(price => (long)Math.Round(price * 100) * 100)];
        return new PanelBuilder(new DateOnly(2022, 1, 4), close.Length)
            .Add("600000.SH", [.. Enumerable.Range(0, close.Length)], [close[0], .. close[..^1]], close, [.. close.Select(_ => 10_000_000L)])
            .Build();
    }

    /// <summary>Computes from the whole panel, before the run, whether the close some days ahead is above the one before it.</summary>
    private sealed class Prophet(MarketPanel panel, int ahead) : IStrategy
    {
        private int _bar;

        public void OnStart(StrategyContext context)
        {
        }

        public void OnBar(StrategyContext context, int instrument, in Bar bar)
        {
            ReadOnlySpan<long> close = panel.Series[0].Close.Span;
            int at = _bar++ + ahead;
            if (at < 1 || context.HasRestingOrder(instrument))
            {
                return;
            }

            bool rises = at < close.Length && close[at] > close[at - 1];
            long held = context.Position(instrument);
            if (rises && held == 0)
            {
                context.Buy(instrument, context.SharesFor(instrument, new Money(context.Equity.Units / 10 * 9)));
            }
            else if (!rises && held > 0)
            {
                context.Sell(instrument, held);
            }
        }

        public void OnStop(StrategyContext context)
        {
        }
    }

    /// <summary>Buys and sells in turn at every n-th bar since its start.</summary>
    private sealed class EveryNthBar(int every) : IStrategy
    {
        private int _bar;

        public void OnStart(StrategyContext context)
        {
        }

        public void OnBar(StrategyContext context, int instrument, in Bar bar)
        {
            if (++_bar % every == 0)
            {
                long held = context.Position(instrument);
                _ = held > 0 ? context.Sell(instrument, held) : context.Buy(instrument, 10_000);
            }
        }

        public void OnStop(StrategyContext context)
        {
        }
    }
}

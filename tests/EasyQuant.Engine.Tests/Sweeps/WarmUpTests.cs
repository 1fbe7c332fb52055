using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>History that a strategy sees before a run or a window, and that must not change what it may know.</summary>
public sealed class WarmUpTests
{
    private static readonly SweepSpace s_space = new([SweepAxis.Range("fast", 2, 4, 1), SweepAxis.Range("slow", 5, 9, 2)]);

    [Fact]
    public void WarmUp_IndicatorsAreReadyOnTheFirstDay_AndNothingBeforeItIsRecorded()
    {
        MarketPanel panel = Panel(60);
        DateOnly start = panel.Calendar.Days[40];
        BacktestSettings cold = new() { StartDate = start, ExchangeRules = false, CashInterestPpm = 20_000 };

        EngineRun coldRun = Run(panel, cold);
        EngineRun warmRun = Run(panel, cold with { WarmUpDays = 40 });
        EngineRun longer = Run(panel, cold with { WarmUpDays = 4_000 });

        Assert.Equal(start, warmRun.Equity[0].TradingDate);
        Assert.Equal(coldRun.Equity.Length, warmRun.Equity.Length);
        Assert.All(warmRun.Orders, order => Assert.True(order.SubmitDate >= start));
        Assert.All(warmRun.Postings, posting => Assert.True(posting.TradingDate > start));
        Assert.True(warmRun.Orders[0].SubmitDate < coldRun.Orders[0].SubmitDate, "a warm strategy trades earlier");
        Assert.Equal(warmRun.Fills.AsEnumerable(), longer.Fills.AsEnumerable());
        Assert.Equal(warmRun.Equity.AsEnumerable(), longer.Equity.AsEnumerable());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WalkForward_WithWarmUp_SeesNothingAfterAWindow(bool isAnchored)
    {
        MarketPanel panel = Panel(150);
        WalkForwardPlan plan = new(40, 20, isAnchored, 15);
        WalkForwardResult whole = Forward(panel, plan);

        for (int i = 0; i < whole.Windows.Length - 1; i++)
        {
            WalkForwardResult known = Forward(panel.TruncateAfter(whole.Windows[i].OutOfSampleLast), plan);
            Assert.Equal(i + 1, known.Windows.Length);
            for (int window = 0; window <= i; window++)
            {
                Assert.Equal(whole.Windows[window].InSample.Point.ToString(), known.Windows[window].InSample.Point.ToString());
                Assert.Equal(whole.Windows[window].OutOfSample.FinalEquity, known.Windows[window].OutOfSample.FinalEquity);
                Assert.Equal(whole.Windows[window].OutOfSample.Returns.AsEnumerable(), known.Windows[window].OutOfSample.Returns.AsEnumerable());
            }
        }
    }

    [Fact]
    public void WalkForward_WithWarmUp_TradesOnMoreDaysThanCold()
    {
        MarketPanel panel = Panel(150);

        WalkForwardResult cold = Forward(panel, new WalkForwardPlan(40, 20, false));
        WalkForwardResult warm = Forward(panel, new WalkForwardPlan(40, 20, false, 15));

        Assert.Equal(cold.Windows.Select(window => window.OutOfSampleFirst), warm.Windows.Select(window => window.OutOfSampleFirst));
        Assert.Equal(cold.OutOfSampleReturns.Length, warm.OutOfSampleReturns.Length);
        Assert.True(warm.Windows.Sum(window => window.OutOfSample.FillCount) > cold.Windows.Sum(window => window.OutOfSample.FillCount));
    }

    private static EngineRun Run(MarketPanel panel, BacktestSettings settings) =>
        FastEngine.Run(panel, new SmaCrossStrategy(3, 12, OrderSize.FixedShares(100)), settings, RuleBook.China, null, default);

    private static WalkForwardResult Forward(MarketPanel panel, WalkForwardPlan plan) => WalkForward.Run(
        panel,
        plan,
        s_space,
        new SweepPlan.Grid(),
        point => new SmaCrossStrategy(point.Integer("fast"), point.Integer("slow"), OrderSize.FixedShares(100)),
        new BacktestSettings { ExchangeRules = false },
        RuleBook.China,
        new SweepOptions { ThreadCount = 2 },
        null,
        default);

    /// <summary>A wave that crosses often.</summary>
    private static MarketPanel Panel(int days)
    {
        long[] prices = [.. Enumerable.Range(0, days).Select(day => 100_000 + (long)(10_000 * Math.Sin(day * 0.7)) + (long)(6_000 * Math.Sin(day * 0.23)))];
        return new PanelBuilder(new DateOnly(2024, 1, 2), days).Add("600000.SH", [.. Enumerable.Range(0, days)], prices).Build();
    }
}

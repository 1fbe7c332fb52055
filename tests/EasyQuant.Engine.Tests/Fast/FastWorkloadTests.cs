using System.Collections.Immutable;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>The workloads on parts of the seeded market in the fast engine and in the sweep kernel.</summary>
public sealed class FastWorkloadTests
{
    private static readonly int[] s_fast = [3, 5, 8, 10, 12, 15, 18, 20, 22, 25];
    private static readonly int[] s_slow = [30, 40, 50, 60, 70, 80, 90, 100, 110, 120];

    [Fact]
    public void SmaCross_EventAndSignalForm_EqualReference()
    {
        MarketPanel panel = WorkloadMarket.Minutes(WorkloadMarket.Fixture("w1.bin"));
        BacktestSettings settings = WorkloadTests.Settings(Money.Zero, true);
        Assert.Equal(3_780, EqualRuns.Check(panel, () => new SmaCrossStrategy(10, 30, OrderSize.FixedShares(1000)), settings, "event form"));
        Assert.Equal(
            3_780, EqualRuns.Check(panel, () => new SignalAdapter<SmaCrossSignal>(new SmaCrossSignal(10, 30, 1000), panel, settings), settings, "signal form"));
    }

    [Fact]
    public void Rotation_FortyInstruments_EqualsReference() => Assert.Equal(314, EqualRuns.Check(
        WorkloadMarket.Days(WorkloadMarket.Fixture("w3.bin")), () => default(MonthlyRotation), WorkloadTests.Settings(Money.FromYuan(5), true), "rotation"));

    [Theory]
    [InlineData(true, 5.0)]
    [InlineData(false, 0.5)]
    public void SmaCross_HundredCombinationsOfFortyInstruments_GiveTheSumOfPlainLoops(bool roundsFees, double tolerance)
    {
        // 40,020,006,920.405 and 81,716 fills come from `cross` of make_fixtures.py over the data of w3.bin and all 100 pairs.
        MarketPanel panel = WorkloadMarket.Days(WorkloadMarket.Fixture("w3.bin"));
        ImmutableArray<SmaCrossSignal> lanes = [.. s_fast.SelectMany(fast => s_slow.Select(slow => new SmaCrossSignal(fast, slow, 1000)))];
        SignalSweepResult result = SignalSweep.Run(panel, lanes, WorkloadTests.Settings(Money.Zero, roundsFees), RuleBook.China, 2, null, default);
        Assert.Equal(81_716, result.Lanes.Sum(lane => lane.FillCount));
        Assert.InRange(result.Lanes.Sum(lane => lane.Equity.ToDouble()) - 40_020_006_920.40538, -tolerance, tolerance);
        Assert.DoesNotContain(result.Lanes, lane => lane.IsByEngine);
    }
}

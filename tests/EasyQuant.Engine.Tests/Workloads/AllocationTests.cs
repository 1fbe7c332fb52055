using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

public sealed class AllocationTests
{
    [Fact]
    public void Run_MoreBars_AllocatesNothingPerBar()
    {
        // The first run compiles; what is left is a point of equity a day, far below a byte a bar.
        Allocated(10_000);
        long few = Allocated(10_000);
        long many = Allocated(50_000);
        Assert.True(many - few < 40_000, $"{many - few} bytes for 40,000 bars more");
    }

    private static long Allocated(int barCount)
    {
        MarketPanel whole = WorkloadMarket.Minutes(WorkloadMarket.Fixture("w1.bin"));
        MarketPanel panel = whole.TruncateAfter(whole.Calendar.Days[barCount / 240]);
        panel.PreviousClosesOf(0);
        BacktestSettings settings = WorkloadTests.Settings(Money.Zero, true);
        long before = GC.GetAllocatedBytesForCurrentThread();
        ReferenceEngine.Run(panel, default(Looker), settings, RuleBook.China, null, default);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    /// <summary>A struct that leaves the optional members out and reads what strategies read.</summary>
    private struct Looker : IStrategy
    {
        private long _sum;

        public readonly void OnStart(StrategyContext context)
        {
        }

        public void OnBar(StrategyContext context, int instrument, in Bar bar) =>
            _sum += bar.Close.Units + context.Equity.Units + context.Cash.Units + context.Position(instrument)
                + context.History(instrument, BarField.Close)[^1] + context.SharesFor(instrument, Money.FromYuan(1));

        public readonly void OnStop(StrategyContext context)
        {
        }
    }
}

using EasyQuant.Data;
using EasyQuant.Domain;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Core.Tests.Data.Panels;

public sealed class FactorSeriesTests
{
    // A split of one into two on 2024-01-11, a dividend on 2024-01-21: close 10.00 before, reference 9.50.
    private static readonly AdjustmentFactor[] s_factors =
        [new(new DateOnly(2024, 1, 21), 1_052_631_578_947), new(new DateOnly(2024, 1, 11), 2_000_000_000_000)];

    [Fact]
    public void Adjust_ByHand_GivesTheExpectedPrices()
    {
        FactorSeries series = FactorSeries.AsOf(s_factors, new DateOnly(2024, 1, 31));
        Assert.Equal(95_000, Adjust(series, "2024-01-20", 100_000, PriceAdjustment.Forward));
        Assert.Equal(95_000, Adjust(series, "2024-01-10", 200_000, PriceAdjustment.Forward));
        Assert.Equal(100_000, Adjust(series, "2024-01-21", 100_000, PriceAdjustment.Forward));
        Assert.Equal(200_000, Adjust(series, "2024-01-10", 200_000, PriceAdjustment.Backward));
        Assert.Equal(200_000, Adjust(series, "2024-01-11", 100_000, PriceAdjustment.Backward));
        Assert.Equal(200_000, Adjust(series, "2024-01-21", 95_000, PriceAdjustment.Backward));
        Assert.Equal(123_456, Adjust(series, "2024-01-10", 123_456, PriceAdjustment.None));
    }

    [Fact]
    public void AsOf_BeforeAStepOrItsAnnouncement_LeavesItOut()
    {
        FactorSeries before = FactorSeries.AsOf(s_factors, new DateOnly(2024, 1, 20));
        Assert.Equal(100_000, Adjust(before, "2024-01-10", 200_000, PriceAdjustment.Forward));
        AdjustmentFactor late = new(new DateOnly(2024, 1, 11), 2_000_000_000_000, KnownFrom: new DateOnly(2024, 2, 1));
        Assert.Equal(200_000, Adjust(FactorSeries.AsOf([late], new DateOnly(2024, 1, 31)), "2024-01-10", 200_000, PriceAdjustment.Forward));
        Assert.Equal(100_000, Adjust(FactorSeries.AsOf([late], new DateOnly(2024, 2, 1)), "2024-01-10", 200_000, PriceAdjustment.Forward));
    }

    [Fact]
    public void Read_LaterStepsAndBars_DoNotChangeWhatWasKnown() =>
        Prop.ForAll<int>(seed =>
        {
            var random = new Random(seed);
            AdjustmentFactor[] all = [.. Enumerable.Range(0, 6).Select(i => new AdjustmentFactor(PanelBars.Start.AddDays(random.Next(30)), random.NextInt64(500_000_000_000, 3_000_000_000_000)))];
            DateOnly asOf = PanelBars.Start.AddDays(12);
            BarPanel whole = Panel(seed, 30, all);
            BarPanel then = Panel(seed, 30, [.. all.Where(f => f.ExDate <= asOf)]);
            return Enum.GetValues<PriceAdjustment>().All(adjustment =>
                PanelTable.Read(whole, new PanelQuery { AsOf = asOf, Adjustment = adjustment })
                    .ContentEquals(PanelTable.Read(then, new PanelQuery { To = asOf, Adjustment = adjustment })));
        }).QuickCheckThrowOnFailure();

    private static BarPanel Panel(int seed, int days, AdjustmentFactor[] factors)
    {
        InstrumentFacts[] facts = [.. PanelBars.Symbols.Select(s => InstrumentFacts.Of(Symbol.Parse(s)) with { Factors = [.. factors] })];
        PanelDraft draft = PanelBuilder.Create(PanelBars.Daily(seed, 0, days), new PanelOptions { Dataset = "test", Facts = facts }, 1);
        return BarPanel.Open(new MemoryPanelFiles(draft, CancellationToken.None));
    }

    private static long Adjust(FactorSeries series, string day, long units, PriceAdjustment adjustment) =>
        series.Adjust(units, EpochDays.FromDate(DateOnly.Parse(day, null)), adjustment);
}

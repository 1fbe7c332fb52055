using EasyQuant.Domain;
using EasyQuant.Engine;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Engine.Tests;

/// <summary>A strategy that states which fields of a bar it reads gets those and no others, in both engines alike.</summary>
public sealed class FieldUseTests
{
    [Fact]
    public void FieldsRead_AnySubset_FastEqualsReference()
    {
        int fills = 0;
        Prop.ForAll(
            ArbMap.Default.ArbFor<int>(),
            seed =>
            {
                MarketPanel panel = WildMarket.Make(seed);
                BarFields stated = (BarFields)(seed & (int)BarFields.All);
                fills += EqualRuns.Check(
                    panel, () => new NarrowStrategy(stated, stated, (ulong)seed), WildMarket.Settings(new Random(seed), panel), $"seed {seed}");
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(150));
        Assert.True(fills > 500, $"only {fills} fills");
    }

    [Theory]
    [InlineData(BarFields.Open)]
    [InlineData(BarFields.High)]
    [InlineData(BarFields.Low)]
    [InlineData(BarFields.Close)]
    [InlineData(BarFields.Volume)]
    [InlineData(BarFields.PreviousClose)]
    [InlineData(BarFields.Amount)]
    public void FieldsRead_FieldNotStatedIsRead_BothEnginesFailAndNameIt(BarFields field)
    {
        MarketPanel panel = new PanelBuilder(new DateOnly(2024, 1, 2), 3).Flat("600000.SH", "10", "10.1", "10.2").Build();
        BacktestSettings settings = new();

        BacktestException reference = Assert.Throws<BacktestException>(() => ReferenceEngine.Run(panel, Narrow(), settings, RuleBook.China, null, default));
        BacktestException fast = Assert.Throws<BacktestException>(() => FastEngine.Run(panel, Narrow(), settings, RuleBook.China, null, default));
        BacktestException behindInterface = Assert.Throws<BacktestException>(
            () => FastEngine.Run<IStrategy>(panel, Narrow(), settings, RuleBook.China, null, default));

        Assert.Equal("STRATEGY_FAILED", reference.Reason);
        Assert.Contains($"field {field} was read", reference.Message, StringComparison.Ordinal);
        Assert.Equal(reference.Message, fast.Message);
        Assert.Equal(reference.Message, behindInterface.Message);

        NarrowStrategy Narrow() => new(BarFields.All & ~field, BarFields.All, 1);
    }
}

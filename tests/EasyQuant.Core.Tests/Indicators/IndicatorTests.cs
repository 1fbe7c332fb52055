using EasyQuant.Indicators;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Core.Tests.Indicators;

public sealed class IndicatorTests
{
    private delegate void Batch(ReadOnlySpan<double> values, int period, Span<double> result);

    [Fact]
    public void Sma_SmallSeries_IsTheMeanOfTheWindow() =>
        Assert.Equal([double.NaN, double.NaN, 2, 3, 4], Run(Sma.Compute, [1, 2, 3, 4, 5], 3));

    [Fact]
    public void Sma_NaNInside_RecoversAfterTheWindow() =>
        Assert.Equal([double.NaN, 1.5, double.NaN, double.NaN, 4.5], Run(Sma.Compute, [1, 2, double.NaN, 4, 5], 2));

    [Fact]
    public void Ema_SmallSeries_StartsWithTheMean() =>
        Assert.Equal([double.NaN, double.NaN, 2, 3, 4.5], Run(Ema.Compute, [1, 2, 3, 4, 6], 3));

    [Fact]
    public void Rsi_WildersSmoothing_EqualsHandCalculation()
    {
        // Changes +1 -1 +2: first averages 0.5 and 0.5, then (0.5+2)/2 and (0.5+0)/2.
        double[] result = Run(Rsi.Compute, [10, 11, 10, 12], 2);
        Assert.Equal([double.NaN, double.NaN, 50], result[..3]);
        Assert.Equal(100 * 1.25 / 1.5, result[3], 12);
    }

    [Theory]
    [InlineData(new double[] { 1, 2, 3, 4 }, 100)]
    [InlineData(new double[] { 4, 3, 2, 1 }, 0)]
    [InlineData(new double[] { 2, 2, 2, 2 }, 50)]
    public void Rsi_OneWay_IsAtItsEnd(double[] values, double expected) => Assert.Equal(expected, Run(Rsi.Compute, values, 2)[^1]);

    [Fact]
    public void Forms_AnySeries_AreEqualToTheBit() => ForSeries((values, period) =>
    {
        SmaStream sma = new(period);
        EmaStream ema = new(period);
        RsiStream rsi = new(period);
        double[][] batch = [Run(Sma.Compute, values, period), Run(Ema.Compute, values, period), Run(Rsi.Compute, values, period)];
        for (int i = 0; i < values.Length; i++)
        {
            AssertSameBits(batch[0][i], sma.Next(values[i]));
            AssertSameBits(batch[1][i], ema.Next(values[i]));
            AssertSameBits(batch[2][i], rsi.Next(values[i]));
        }
    });

    [Fact]
    public void Sma_AnySeries_IsNearThePlainMean() => ForSeries((values, period) =>
    {
        double[] result = Run(Sma.Compute, values, period);
        for (int i = 0; i < values.Length; i++)
        {
            bool isWhole = i + 1 >= period && !values[(i + 1 - period)..(i + 1)].Any(double.IsNaN);
            Assert.Equal(!isWhole, double.IsNaN(result[i]));
            if (isWhole)
            {
                Assert.Equal(values[(i + 1 - period)..(i + 1)].Average(), result[i], 6);
            }
        }
    });

    [Fact]
    public void Rsi_AnySeries_StaysWithinItsRange() => ForSeries((values, period) =>
        Assert.All(Run(Rsi.Compute, values, period), index => Assert.True(double.IsNaN(index) || index is >= 0 and <= 100)));

    [Fact]
    public void Values_LaterOnes_DoNotChangeEarlierResults() => ForSeries((values, period) =>
    {
        int half = values.Length / 2;
        foreach (Batch batch in new Batch[] { Sma.Compute, Ema.Compute, Rsi.Compute })
        {
            Assert.Equal(Run(batch, values[..half], period), Run(batch, values, period)[..half]);
        }
    });

    [Fact]
    public void Arguments_Wrong_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Sma.Compute([1], 0, new double[1]));
        Assert.Throws<ArgumentException>(() => Ema.Compute([1, 2], 1, new double[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RsiStream(0));
    }

    private static double[] Run(Batch batch, double[] values, int period)
    {
        double[] result = new double[values.Length];
        batch(values, period, result);
        return result;
    }

    private static void AssertSameBits(double expected, double actual) =>
        Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits(actual));

    private static void ForSeries(Action<double[], int> check) => Prop.ForAll(
        ArbMap.Default.ArbFor<int>(),
        Gen.Choose(1, 12).ToArbitrary(),
        (seed, period) =>
        {
            Random random = new(seed);
            double[] values = new double[random.Next(0, 80)];
            double price = 10;
            for (int i = 0; i < values.Length; i++)
            {
                price *= 0.95 + (random.NextDouble() * 0.1);
                values[i] = random.Next(20) == 0 ? double.NaN : price;
            }

            check(values, period);
        }).QuickCheckThrowOnFailure();
}

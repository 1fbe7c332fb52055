using EasyQuant.Engine;
using EasyQuant.Indicators;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Engine.Tests;

public sealed class SignalColumnsTests
{
    [Fact]
    public void Sma_OfPriceUnits_EqualsTheIndicatorToTheBit() => ForCloses((closes, columns) =>
    {
        double[] expected = new double[closes.Length];
        for (int period = 1; period < 130; period += 1 + (period / 3))
        {
            Sma.Compute([.. closes.Select(close => (double)close)], period, expected);
            Assert.Equal(expected.Select(BitConverter.DoubleToInt64Bits), columns.Sma(period).Values.ToArray().Select(BitConverter.DoubleToInt64Bits));
        }
    });

    [Fact]
    public void Cross_OfTwoColumns_IsTheChangeOfTheComparison() => ForCloses((closes, columns) =>
    {
        SignalColumn fast = columns.Sma(3);
        SignalColumn slow = columns.Sma(7);
        SignalOutput signals = new();
        signals.Reset(closes.Length);
        signals.SetCross(fast, slow);
        for (int i = 0; i < closes.Length; i++)
        {
            bool isKnown = i > 0 && !double.IsNaN(slow.Values[i]) && !double.IsNaN(slow.Values[i - 1]);
            bool now = isKnown && fast.Values[i] > slow.Values[i];
            bool before = isKnown && fast.Values[i - 1] > slow.Values[i - 1];
            Assert.Equal(isKnown && now && !before, signals.Entry[i]);
            Assert.Equal(isKnown && before && !now, signals.Exit[i]);
        }

        SignalMask above = signals.Scratch;
        above.SetAbove(fast, slow);
        Assert.Equal(fast.Values.ToArray().Zip(slow.Values.ToArray(), (left, right) => left > right).Count(isAbove => isAbove), above.CountBits());
    });

    [Fact]
    public void Columns_AskedForTwice_AreTheSame()
    {
        SignalColumns columns = Columns([1, 2, 3, 4, 5, 6]);
        Assert.Same(columns.Sma(2), columns.Sma(2));
        Assert.Same(columns.Bollinger(2, 2).Upper, columns.Bollinger(2, 2).Upper);
        Assert.NotSame(columns.Bollinger(2, 2).Upper, columns.Bollinger(2, 1).Upper);
        Assert.Equal([double.NaN, 1, 2, 3, 4, 5], columns.Lag(columns.Close, 1).Values.ToArray());
        Assert.Same(columns.Lag(columns.Close, 1), columns.Lag(columns.Close, 1));
        Assert.Throws<ArgumentException>(() => columns.Lag(Columns([1]).Close, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => columns.Sma(0));
    }

    [Fact]
    public void Columns_NextInstrument_AreComputedAnew()
    {
        SignalColumns columns = Columns([1, 2, 3, 4]);
        Assert.Equal(1.5, columns.Sma(2).Values[1]);
        columns.Load(Bars([10, 20, 30, 40, 50]));
        Assert.Equal([double.NaN, 15, 25, 35, 45], columns.Sma(2).Values.ToArray());
    }

    [Fact]
    public void Mask_BitsBeyondTheBars_AreRefused()
    {
        SignalOutput signals = new();
        signals.Reset(3);
        Assert.Throws<ArgumentOutOfRangeException>(() => signals.Entry[3]);
        Assert.Throws<ArgumentOutOfRangeException>(() => signals.Size = -1);
    }

    private static void ForCloses(Action<long[], SignalColumns> check) => Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
    {
        Random random = new(seed);
        long[] closes = new long[random.Next(0, 400)];
        long price = 1_000_000_000L + random.NextInt64(3_000_000_000);
        for (int i = 0; i < closes.Length; i++)
        {
            price = Math.Max(1, price + random.NextInt64(-30_000_000, 30_000_001));
            closes[i] = price;
        }

        check(closes, Columns(closes));
    }).QuickCheckThrowOnFailure();

    private static SignalColumns Columns(long[] closes)
    {
        SignalColumns columns = new();
        columns.Load(Bars(closes));
        return columns;
    }

    private static SignalBars Bars(long[] closes) => new(closes, closes, closes, closes, closes);
}

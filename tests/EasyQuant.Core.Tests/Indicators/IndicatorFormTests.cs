using EasyQuant.Indicators;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Core.Tests.Indicators;

/// <summary>For every indicator on random bars with holes: both forms equal to the bit, no look-ahead, wrong lengths refused.</summary>
public sealed class IndicatorFormTests
{
    private static readonly (string Name, Batch Batch, Func<int, Streaming> Stream)[] s_forms =
    [
        ("wma", (b, n) => One(b, (result) => Wma.Compute(b.Close, n, result)), n => { WmaStream s = new(n); return bar => [s.Next(bar.Close)]; }),
        ("deviation", (b, n) => One(b, (result) => StandardDeviation.Compute(b.Close, n + 1, true, result)),
            n => { StandardDeviationStream s = new(n + 1, true); return bar => [s.Next(bar.Close)]; }),
        ("zscore", (b, n) => One(b, (result) => ZScore.Compute(b.Close, n, result)), n => { ZScoreStream s = new(n); return bar => [s.Next(bar.Close)]; }),
        ("roc", (b, n) => One(b, (result) => Roc.Compute(b.Close, n, result)), n => { RocStream s = new(n); return bar => [s.Next(bar.Close)]; }),
        ("macd", (b, n) => Three(b, (x, y, z) => Macd.Compute(b.Close, n, n + 3, 2, x, y, z)),
            n => { MacdStream s = new(n, n + 3, 2); return bar => { MacdValue v = s.Next(bar.Close); return [v.Line, v.Signal, v.Histogram]; }; }),
        ("bollinger", (b, n) => Three(b, (x, y, z) => Bollinger.Compute(b.Close, n, 2, x, y, z)),
            n => { BollingerStream s = new(n, 2); return bar => { BollingerValue v = s.Next(bar.Close); return [v.Middle, v.Upper, v.Lower]; }; }),
        ("atr", (b, n) => One(b, (result) => Atr.Compute(b.High, b.Low, b.Close, n, result)),
            n => { AtrStream s = new(n); return bar => [s.Next(bar.High, bar.Low, bar.Close)]; }),
        ("donchian", (b, n) => Three(b, (x, y, z) => Donchian.Compute(b.High, b.Low, n, x, y, z)),
            n => { DonchianStream s = new(n); return bar => { DonchianValue v = s.Next(bar.High, bar.Low); return [v.Upper, v.Middle, v.Lower]; }; }),
        ("stochastic", (b, n) => Two(b, (x, y) => Stochastic.Compute(b.High, b.Low, b.Close, n, 2, 3, x, y)),
            n => { StochasticStream s = new(n, 2, 3); return bar => { StochasticValue v = s.Next(bar.High, bar.Low, bar.Close); return [v.K, v.D]; }; }),
        ("kdj", (b, n) => Three(b, (x, y, z) => Kdj.Compute(b.High, b.Low, b.Close, n, 3, 2, x, y, z)),
            n => { KdjStream s = new(n, 3, 2); return bar => { KdjValue v = s.Next(bar.High, bar.Low, bar.Close); return [v.K, v.D, v.J]; }; }),
        ("cci", (b, n) => One(b, (result) => Cci.Compute(b.High, b.Low, b.Close, n, result)),
            n => { CciStream s = new(n); return bar => [s.Next(bar.High, bar.Low, bar.Close)]; }),
        ("obv", (b, _) => One(b, (result) => Obv.Compute(b.Close, b.Volume, result)), _ => { ObvStream s = new(); return bar => [s.Next(bar.Close, bar.Volume)]; }),
        ("adx", (b, n) => Three(b, (x, y, z) => Adx.Compute(b.High, b.Low, b.Close, n, x, y, z)),
            n => { AdxStream s = new(n); return bar => { AdxValue v = s.Next(bar.High, bar.Low, bar.Close); return [v.Index, v.PlusDirection, v.MinusDirection]; }; }),
        ("vwap", (b, _) => One(b, (result) => Vwap.Compute(b.High, b.Low, b.Close, b.Volume, [], result)),
            _ => { VwapStream s = new(); return bar => [s.Next(bar.High, bar.Low, bar.Close, bar.Volume)]; }),
    ];

    private delegate double[][] Batch(Bars bars, int period);

    private delegate double[] Streaming((double High, double Low, double Close, double Volume) bar);

    [Fact]
    public void Forms_AnyBars_AreEqualToTheBit() => ForBars((bars, period) =>
    {
        foreach ((string name, Batch batch, Func<int, Streaming> start) in s_forms)
        {
            double[][] columns = batch(bars, period);
            Streaming stream = start(period);
            for (int i = 0; i < bars.Close.Length; i++)
            {
                double[] values = stream((bars.High[i], bars.Low[i], bars.Close[i], bars.Volume[i]));
                for (int c = 0; c < columns.Length; c++)
                {
                    Assert.True(
                        BitConverter.DoubleToInt64Bits(columns[c][i]) == BitConverter.DoubleToInt64Bits(values[c])
                            || (double.IsNaN(columns[c][i]) && double.IsNaN(values[c])),
                        $"{name}, column {c}, element {i}: {columns[c][i]:R} and {values[c]:R}");
                }
            }
        }
    });

    [Fact]
    public void Bars_LaterOnes_DoNotChangeEarlierResults() => ForBars((bars, period) =>
    {
        int half = bars.Close.Length / 2;
        Bars first = new(bars.High[..half], bars.Low[..half], bars.Close[..half], bars.Volume[..half]);
        foreach ((_, Batch batch, _) in s_forms)
        {
            Assert.Equal(batch(first, period), batch(bars, period).Select(column => column[..half]));
        }
    });

    [Fact]
    public void Values_WithinRange_StayThere() => ForBars((bars, period) =>
    {
        string[] percentages = ["stochastic", "adx"];
        foreach ((string name, Batch batch, _) in s_forms.Where(form => percentages.Contains(form.Name)))
        {
            Assert.All(batch(bars, period).SelectMany(column => column), value => Assert.True(double.IsNaN(value) || value is >= -1e-9 and <= 100 + 1e-9, $"{name} {value}"));
        }
    });

    [Fact]
    public void Lengths_Different_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => Atr.Compute([1, 2], [1], [1, 2], 2, new double[2]));
        Assert.Throws<ArgumentException>(() => Bollinger.Compute([1, 2], 2, 2, new double[2], new double[2], new double[1]));
        Assert.Throws<ArgumentException>(() => Vwap.Compute([1, 2], [1, 2], [1, 2], [1, 2], [true], new double[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MacdStream(26, 12, 9));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BollingerStream(20, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new StandardDeviationStream(1, true));
    }

    private static double[][] One(Bars bars, Action<double[]> compute)
    {
        double[] result = new double[bars.Close.Length];
        compute(result);
        return [result];
    }

    private static double[][] Two(Bars bars, Action<double[], double[]> compute)
    {
        double[] first = new double[bars.Close.Length];
        double[] second = new double[bars.Close.Length];
        compute(first, second);
        return [first, second];
    }

    private static double[][] Three(Bars bars, Action<double[], double[], double[]> compute)
    {
        double[][] columns = [new double[bars.Close.Length], new double[bars.Close.Length], new double[bars.Close.Length]];
        compute(columns[0], columns[1], columns[2]);
        return columns;
    }

    private static void ForBars(Action<Bars, int> check) => Prop.ForAll(
        ArbMap.Default.ArbFor<int>(),
        Gen.Choose(1, 9).ToArbitrary(),
        (seed, period) =>
        {
            Random random = new(seed);
            int count = random.Next(0, 70);
            Bars bars = new(new double[count], new double[count], new double[count], new double[count]);
            double price = 10;
            for (int i = 0; i < count; i++)
            {
                // Every tenth bar does not move at all, some have a hole.
                price *= random.Next(10) == 0 ? 1 : 0.95 + (random.NextDouble() * 0.1);
                bool isHole = random.Next(25) == 0;
                bars.Close[i] = isHole ? double.NaN : price;
                bars.High[i] = price * (1 + (random.Next(4) * 0.01));
                bars.Low[i] = price * (1 - (random.Next(4) * 0.01));
                bars.Volume[i] = random.Next(3) * 100;
            }

            check(bars, period);
        }).QuickCheckThrowOnFailure();

    private sealed record Bars(double[] High, double[] Low, double[] Close, double[] Volume);
}

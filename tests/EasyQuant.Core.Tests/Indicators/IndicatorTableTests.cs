using EasyQuant.Indicators;

namespace EasyQuant.Core.Tests.Indicators;

/// <summary>Indicators against tables that others published (named at each) and against tables computed by hand.</summary>
public sealed class IndicatorTableTests
{
    private const double N = double.NaN;

    private delegate void BatchOfOne(ReadOnlySpan<double> values, int period, Span<double> result);

    // The worked example of ATR in ChartSchool (StockCharts.com, "Average True Range"): QQQ, April and May 2010, prices to the cent.
    private static readonly double[] s_rangeHigh =
    [
        48.70, 48.72, 48.90, 48.87, 48.82, 49.05, 49.20, 49.35, 49.92, 50.19, 50.12, 49.66, 49.88, 50.19, 50.36,
        50.57, 50.65, 50.43, 49.63, 50.33, 50.29, 50.17, 49.32, 48.50, 48.32, 46.80, 47.80, 48.39, 48.66, 48.79,
    ];

    private static readonly double[] s_rangeLow =
    [
        47.79, 48.14, 48.39, 48.37, 48.24, 48.64, 48.94, 48.86, 49.50, 49.87, 49.20, 48.90, 49.43, 49.73, 49.26,
        50.09, 50.30, 49.21, 48.98, 49.61, 49.20, 49.43, 48.08, 47.64, 41.55, 44.28, 47.31, 47.20, 47.90, 47.73,
    ];

    private static readonly double[] s_rangeClose =
    [
        48.16, 48.61, 48.75, 48.63, 48.74, 49.03, 49.07, 49.32, 49.91, 50.13, 49.53, 49.50, 49.75, 50.03, 50.31,
        50.52, 50.41, 49.34, 49.37, 50.23, 49.24, 49.93, 48.43, 48.18, 46.57, 45.41, 47.77, 47.72, 48.62, 47.85,
    ];

    [Fact]
    public void Atr_ChartSchoolExample_IsReproduced()
    {
        double[] result = new double[s_rangeHigh.Length];
        Atr.Compute(s_rangeHigh, s_rangeLow, s_rangeClose, 14, result);
        Assert.All(result[..13], value => Assert.True(double.IsNaN(value)));
        Near(
            [0.56, 0.59, 0.59, 0.57, 0.62, 0.62, 0.64, 0.67, 0.69, 0.78, 0.78, 1.21, 1.30, 1.38, 1.37, 1.34, 1.32],
            result[13..],
            0.011);
    }

    [Fact]
    public void Stochastic_ChartSchoolExample_IsReproduced()
    {
        // ChartSchool (StockCharts.com), "Stochastic Oscillator": 14 bars, K unsmoothed, D of 3; prices to the cent move the result by up to 0.3.
        double[] high =
        [
            127.01, 127.62, 126.59, 127.35, 128.17, 128.43, 127.37, 126.42, 126.90, 126.85, 125.65, 125.72, 127.16, 127.72, 127.69,
            128.22, 128.27, 128.09, 128.27, 127.74, 128.77, 129.29, 130.06, 129.12, 129.29, 128.47, 128.09, 128.65, 129.14, 128.64,
        ];
        double[] low =
        [
            125.36, 126.16, 124.93, 126.09, 126.82, 126.48, 126.03, 124.83, 126.39, 125.72, 124.56, 124.57, 125.07, 126.86, 126.63,
            126.80, 126.71, 126.80, 126.13, 125.92, 126.99, 127.81, 128.47, 128.06, 127.61, 127.60, 127.00, 126.90, 127.49, 127.40,
        ];
        double[] close =
        [
            .. Enumerable.Repeat(126.0, 13), 127.29, 127.18, 128.01, 127.11, 127.73, 127.06, 127.33, 128.71, 127.87, 128.58, 128.60,
            127.93, 128.11, 127.60, 127.60, 128.69, 128.27,
        ];
        double[] k = new double[30];
        double[] d = new double[30];
        Stochastic.Compute(high, low, close, 14, 1, 3, k, d);
        Near([70.44, 67.61, 89.20, 65.81, 81.75, 64.52, 74.53, 98.58, 70.10, 73.06, 73.42, 61.23, 60.96, 40.39, 40.39, 66.83, 56.73], k[13..], 0.3);
        Near([75.75, 74.21, 78.92, 70.69, 73.60, 79.21, 81.07, 80.58, 72.20, 69.24, 65.20, 54.19, 47.24, 49.19, 54.65], d[15..], 0.3);
    }

    [Fact]
    public void StandardDeviation_TextbookSeries_IsTwo()
    {
        // The series of the article "Standard deviation" of Wikipedia: mean 5, population deviation 2; sample deviation root(32/7).
        double[] values = [2, 4, 4, 4, 5, 5, 7, 9];
        double[] result = new double[8];
        StandardDeviation.Compute(values, 8, false, result);
        Assert.Equal(2, result[7]);
        StandardDeviation.Compute(values, 8, true, result);
        Assert.Equal(Math.Sqrt(32.0 / 7), result[7], 14);
        ZScore.Compute(values, 8, result);
        Assert.Equal(2, result[7]);
        Assert.True(double.IsNaN(result[6]));
    }

    [Fact]
    public void Wma_SmallSeries_WeighsTheNewestMost() =>
        // By hand: (1 x 1 + 2 x 2 + 3 x 4) / 6 and (1 x 2 + 2 x 4 + 3 x 8) / 6.
        Near([N, N, 17.0 / 6, 34.0 / 6], One(Wma.Compute, [1, 2, 4, 8], 3), 1e-12);

    [Fact]
    public void Roc_SmallSeries_IsPercentOfTheValueBefore() =>
        Near([N, N, 50, -25], One(Roc.Compute, [10, 20, 15, 15], 2), 1e-12);

    [Fact]
    public void Macd_SmallSeries_EqualsHandCalculation()
    {
        // EMA(1) is the value itself. EMA(3) of 1 2 3 5 7 9: 2, 3.5, 5.25, 7.125 from the third on. EMA(2) of the line 1 1.5 1.75 1.875:
        // starts with the mean 1.25, then 1.25 + (1.75 - 1.25) x 2/3, then + (1.875 - that) x 2/3.
        double[] line = new double[6];
        double[] signal = new double[6];
        double[] histogram = new double[6];
        Macd.Compute([1, 2, 3, 5, 7, 9], 1, 3, 2, line, signal, histogram);
        double third = 1.25 + (0.5 * 2 / 3);
        double fourth = third + ((1.875 - third) * 2 / 3);
        Near([N, N, 1, 1.5, 1.75, 1.875], line, 1e-12);
        Near([N, N, N, 1.25, third, fourth], signal, 1e-12);
        Near([N, N, N, 0.25, 1.75 - third, 1.875 - fourth], histogram, 1e-12);
    }

    [Fact]
    public void Bollinger_SmallSeries_EqualsHandCalculation()
    {
        // Window 1 2 3: mean 2, squared distances 1 0 1, deviation root(2/3).
        double[] middle = new double[3];
        double[] upper = new double[3];
        double[] lower = new double[3];
        Bollinger.Compute([1, 2, 3], 3, 2, middle, upper, lower);
        Near([N, N, 2], middle, 0);
        Near([N, N, 2 + (2 * Math.Sqrt(2.0 / 3))], upper, 1e-12);
        Near([N, N, 2 - (2 * Math.Sqrt(2.0 / 3))], lower, 1e-12);
    }

    [Fact]
    public void Donchian_SmallSeries_IsTheRangeOfTheWindow()
    {
        double[] upper = new double[4];
        double[] middle = new double[4];
        double[] lower = new double[4];
        Donchian.Compute([5, 7, 6, 4], [3, 4, 5, 2], 2, upper, middle, lower);
        Near([N, 7, 7, 6], upper, 0);
        Near([N, 3, 4, 2], lower, 0);
        Near([N, 5, 5.5, 4], middle, 0);
    }

    [Fact]
    public void Kdj_SmallSeries_EqualsHandCalculation()
    {
        // Two bars: lowest 8, highest 12, close 11: RSV 75; K = (2 x 50 + 75) / 3, D = (2 x 50 + K) / 3.
        double[] k = new double[2];
        double[] d = new double[2];
        double[] j = new double[2];
        Kdj.Compute([10, 12], [8, 9], [9, 11], 2, 3, 3, k, d, j);
        double expected = 175.0 / 3;
        Near([N, expected], k, 1e-12);
        Near([N, (100 + expected) / 3], d, 1e-12);
        Near([N, (3 * expected) - (2 * (100 + expected) / 3)], j, 1e-12);
    }

    [Fact]
    public void Cci_SmallSeries_EqualsHandCalculation()
    {
        // Typical prices 2, 3, 7: mean 4, mean distance (2 + 1 + 3) / 3 = 2, so (7 - 4) / (0.015 x 2) = 100.
        double[] result = new double[3];
        Cci.Compute([3, 4, 8], [1, 2, 6], [2, 3, 7], 3, result);
        Near([N, N, 100], result, 1e-9);
    }

    [Fact]
    public void Obv_SmallSeries_AddsAndSubtracts()
    {
        double[] result = new double[5];
        Obv.Compute([10, 11, 11, 9, 12], [100, 20, 30, 5, 7], result);
        Near([0, 20, 20, 15, 22], result, 0);
    }

    [Fact]
    public void Adx_SmallSeries_EqualsHandCalculation()
    {
        // n = 2. Moves: +DM 2, 0, 1; -DM 0, 1, 0; true ranges 3, 3.5, 3. Sums after two moves: 2, 1, 6.5: DX = 100 x (2 - 1) / 3.
        // Third: 2 - 1 + 1 = 2 and 1 - 0.5 + 0 = 0.5: DX = 100 x 1.5 / 2.5 = 60. ADX = (100/3 + 60) / 2.
        double[] index = new double[4];
        double[] plus = new double[4];
        double[] minus = new double[4];
        Adx.Compute([10, 12, 11.5, 12.5], [8, 9, 8, 9.5], [9, 10, 9.5, 12], 2, index, plus, minus);
        double[] ranges = [3, 3.5, 3];
        double sum = ranges[0] + ranges[1];
        double next = sum - (sum / 2) + ranges[2];
        Near([N, N, 100 * 2 / sum, 100 * 2 / next], plus, 1e-12);
        Near([N, N, 100 * 1 / sum, 100 * 0.5 / next], minus, 1e-12);
        Near([N, N, N, ((100.0 / 3) + 60) / 2], index, 1e-12);
    }

    [Fact]
    public void Vwap_TwoSessions_StartsAnew()
    {
        double[] result = new double[4];
        Vwap.Compute([10, 14, 20, 30], [10, 14, 20, 30], [10, 14, 20, 30], [0, 3, 1, 2], [true, false, false, true], result);
        Near([N, 14, 15.5, 30], result, 1e-12);
    }

    private static double[] One(BatchOfOne compute, double[] values, int period)
    {
        double[] result = new double[values.Length];
        compute(values, period, result);
        return result;
    }

    private static void Near(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            bool isNear = double.IsNaN(expected[i]) ? double.IsNaN(actual[i]) : Math.Abs(expected[i] - actual[i]) <= tolerance;
            Assert.True(isNear, $"element {i}: expected {expected[i]}, got {actual[i]}");
        }
    }
}

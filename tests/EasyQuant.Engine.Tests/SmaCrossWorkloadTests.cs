using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>
/// The workload W1: SMA(10)/SMA(30), fixed 1,000 shares at the next open, commission 0.03 %, stamp 0.1 % on sales, rules off;
/// checked against a plain loop over doubles.
/// </summary>
public sealed class SmaCrossWorkloadTests
{
    private const int Fast = 10;
    private const int Slow = 30;
    private const int BarCount = 20_000;

    [Theory]
    [InlineData(true, 1.0)]
    [InlineData(false, 0.05)]
    public void Equity_GeneratedSeries_EqualsPlainLoop(bool roundsFees, double tolerance)
    {
        (long[] open, long[] close) = Series();
        MarketPanel panel = new PanelBuilder(new DateOnly(1990, 1, 1), BarCount)
            .Add("600000.SH", [.. Enumerable.Range(0, BarCount)], open, close, new long[BarCount], scale: 8)
            .Build();
        BacktestSettings settings = new()
        {
            InitialCash = Money.FromYuan(10_000_000),
            CommissionPpm = 300,
            CommissionMinimum = Money.Zero,
            StampDutySellPpm = 1000,
            TransferFeePpm = 0,
            FeeIncrement = roundsFees ? new Money(Money.UnitsPerCent) : new Money(1),
            ExchangeRules = false,
        };
        EngineRun run = ReferenceEngine.Run(
            panel, new SmaCrossStrategy(Fast, Slow, OrderSize.FixedShares(1000)), settings, RuleBook.China, null, default);
        (double equity, int fills) = PlainLoop(open, close);
        Assert.Equal(fills, run.Fills.Length);
        Assert.True(fills > 500, $"only {fills} fills");
        Assert.InRange(run.Equity[^1].Equity.ToDouble() - equity, -tolerance, tolerance);
    }

    private static (double Equity, int Fills) PlainLoop(long[] openUnits, long[] closeUnits)
    {
        double[] open = [.. openUnits.Select(units => units / 1e8)];
        double[] close = [.. closeUnits.Select(units => units / 1e8)];
        double cash = 10_000_000;
        double position = 0;
        int fills = 0;
        for (int i = Slow; i < close.Length - 1; i++)
        {
            bool now = Mean(close, i, Fast) > Mean(close, i, Slow);
            bool before = Mean(close, i - 1, Fast) > Mean(close, i - 1, Slow);
            if (now && !before && position == 0)
            {
                cash -= 1000 * open[i + 1] * 1.0003;
                position = 1000;
                fills++;
            }
            else if (before && !now && position > 0)
            {
                cash += 1000 * open[i + 1] * (1 - 0.0003 - 0.001);
                position = 0;
                fills++;
            }
        }

        return (cash + (position * close[^1]), fills);
    }

    private static double Mean(double[] values, int last, int count) => values.AsSpan(last - count + 1, count).ToArray().Sum() / count;

    private static (long[] Open, long[] Close) Series()
    {
        Random random = new(20240601);
        long[] open = new long[BarCount];
        long[] close = new long[BarCount];
        double price = 20;
        for (int i = 0; i < BarCount; i++)
        {
            open[i] = (long)Math.Round(price * (1 + ((random.NextDouble() - 0.5) * 0.0002)) * 1e8);
            price *= 1 + ((random.NextDouble() - 0.5) * 0.0014);
            close[i] = (long)Math.Round(price * 1e8);
        }

        return (open, close);
    }
}

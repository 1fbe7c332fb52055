using System.Text.Json.Nodes;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>Six closed trades with profits 100, -50, 30, 0, -20, 80 and an open one, in a market whose closes are 100 101 100.5 102 99 97 99.5 103.</summary>
public sealed class TradeStatisticsTests
{
    private static readonly Symbol s_symbol = Symbol.Parse("600000.SH");
    private static readonly MarketPanel s_panel = Panel();

    [Fact]
    public void Counts_SixTrades_EqualHandFigures()
    {
        TradeStatistics s = SixTrades();
        Assert.Equal((6, 1, 3, 2, 1), (s.TradeCount, s.OpenTradeCount, s.WinCount, s.LossCount, s.EvenCount));
        Near(6 * 252.0 / 8, s.TradesPerYear);
        Near(0.5, s.WinRate);
        Near(0.1876163064826506, s.WinRateLow);
        Assert.Equal((1, 1), (s.MaxConsecutiveWins, s.MaxConsecutiveLosses));
        // Wins and losses W L W L W: 5 runs, 3.4 expected, variance 2.4 * 1.4 / 4.
        Near(1.6 / Math.Sqrt(0.84), s.RunsZ);
        Assert.Equal(4, s.MaxConcurrent);
    }

    [Fact]
    public void Profits_SixTrades_EqualHandFigures()
    {
        TradeStatistics s = SixTrades();
        Assert.Equal(("140", "210", "-70"), (s.NetProfit.ToString(), s.GrossProfit.ToString(), s.GrossLoss.ToString()));
        Near(3, s.ProfitFactor);
        Near(110.0 / 70, s.ProfitFactorWithoutBest);
        Near(2, s.PayoffRatio);
        Assert.Equal("23.3333", s.Expectancy.ToString());
        Near(140.0 / 6 / 35, s.ExpectancyRatio);
        Assert.Equal(("70", "-35", "15"), (s.MeanWin.ToString(), s.MeanLoss.ToString(), s.MedianProfit.ToString()));
        Assert.Equal(("100", "-50"), (s.BestTrade.ToString(), s.WorstTrade.ToString()));
        Near(58.19507424745385, s.ProfitDeviation);
        Near(0.9821236832160489, s.SystemQuality);
        Near(100.0 / 210, s.BestShare);
        Near(50.0 / 70, s.WorstShare);
        Assert.Equal("50", s.MaxClosedDrawdown.ToString());
        Assert.Equal("7.7778", s.ProfitPerDay.ToString());
        Near(0.25, s.KellyFraction);
    }

    [Fact]
    public void ReturnsAndDays_SixTrades_EqualHandFigures()
    {
        TradeStatistics s = SixTrades();
        Near(0.014 / 6, s.MeanReturn);
        Near(0.0015, s.MedianReturn);
        Near(0.005819507424745385, s.ReturnDeviation);
        Near(0.16056939895267833, s.ReturnSkewness);
        Near(0.9821236832160489, s.ReturnT);
        Near(0.021 / 3, s.MeanWinReturn);
        Near(-0.0035, s.MeanLossReturn);
        Near(3, s.MeanDays);
        Near(3, s.MedianDays);
        Assert.Equal((5, 1), (s.MaxDays, s.MinDays));
        Near(11.0 / 3, s.MeanWinDays);
        Near(3, s.MeanLossDays);
        Assert.Equal(("30", "5", "60000"), (s.Fees.ToString(), s.MeanFees.ToString(), s.EntryValue.ToString()));
        Near(30.0 / 210, s.FeesToGrossProfit);
        Near(0.0005, s.BreakEvenFees);
    }

    /// <summary>Held from the second day (open 100) to the eighth (open 99.5): lowest 97, highest 102.</summary>
    [Theory]
    [InlineData(false, 0.03, 0.02, -0.005)]
    [InlineData(true, 0.02, 0.03, 0.005)]
    public void Excursion_FallAndRise_IsMeasuredFromTheEntry(bool isShort, double adverse, double favourable, double move)
    {
        PerformanceReport report = Report([Trip(1, 7, -50, 7) with { ExitPrice = Price.Parse("99.5"), IsShort = isShort }]);
        TradeExcursion excursion = Assert.Single(report.Excursions);
        Near(adverse, excursion.Adverse);
        Near(favourable, excursion.Favourable);
        Near(move, excursion.Move);
        Near(favourable / 0.05, report.Trades.EntryEfficiency);
        Near((move + adverse) / 0.05, report.Trades.ExitEfficiency);
        Near(favourable / adverse, report.Trades.EdgeRatio);
        Near(move / favourable, report.Trades.ProfitCapture);
    }

    [Fact]
    public void Trades_None_AreNullAndNeverZeroByAccident()
    {
        TradeStatistics s = Report([]).Trades;
        Assert.Equal((0, "0"), (s.TradeCount, s.NetProfit.ToString()));
        Assert.Null(s.WinRate);
        Assert.Null(s.ProfitFactor);
        Assert.Null(s.Expectancy);
        Assert.Null(s.MeanAdverse);
        Assert.Null(s.KellyFraction);
        Assert.Null(s.RunsZ);
        Assert.Null(s.WinRateLow);
    }

    private static TradeStatistics SixTrades() => Report(
    [
        Trip(0, 2, 100, 3),
        Trip(2, 3, -50, 2),
        Trip(0, 4, 30, 5),
        Trip(4, 4, 0, 1),
        Trip(2, 5, -20, 4),
        Trip(4, 6, 80, 3),
        Trip(6, 7, 1000, 2) with { ExitDate = null },
    ]).Trades;

    private static PerformanceReport Report(RoundTrip[] trips)
    {
        BacktestResult result = Backtester.Run(s_panel, "buy_and_hold", new JsonObject { ["lots"] = 1 }, new BacktestSettings(), null, default);
        return PerformanceReport.Of(result with { Trades = [.. trips] }, s_panel, null, ReportOptions.Default);
    }

    private static RoundTrip Trip(int entryDay, int exitDay, long profit, int dayCount) => new(
        s_symbol,
        s_panel.Calendar.Days[entryDay],
        s_panel.Calendar.Days[exitDay],
        new Quantity(100),
        Price.Parse("100"),
        Price.Parse("101"),
        Money.FromYuan(profit),
        Money.FromYuan(5),
        profit / 10_000.0,
        dayCount,
        Money.FromYuan(10_000),
        IsShort: false);

    private static MarketPanel Panel()
    {
        long[] close = [.. new[] { "100", "101", "100.5", "102", "99", "97", "99.5", "103" }.Select(text => Price.Parse(text).Units)];
        return new PanelBuilder(new DateOnly(2024, 1, 22), close.Length)
            .Add("600000.SH", [.. Enumerable.Range(0, close.Length)], [close[0], .. close[..^1]], close, [.. close.Select(_ => 1_000_000L)])
            .Build();
    }

    private static void Near(double expected, double? actual) => Assert.Equal(expected, Assert.NotNull(actual), 1e-12);
}

using System.Collections.Immutable;

namespace EasyQuant.Engine;

/// <summary>Titles and units of the figures of <see cref="TradeStatistics"/>. Stateless and thread-safe.</summary>
internal static class TradeFigures
{
    public static ImmutableArray<FigureGroup> Of(TradeStatistics s) =>
    [
        new("Counts", "笔数", Counts(s)),
        new("Profit", "盈亏", Profit(s)),
        new("Returns", "收益率", Returns(s)),
        new("Time held", "持有时间", TimeHeld(s)),
        new("Costs", "成本", Costs(s)),
        new("Excursions", "浮动盈亏", Excursions(s)),
    ];

    private static ImmutableArray<Figure> Counts(TradeStatistics s) =>
    [
        Figure.Of("trade_count", "Trades", "交易笔数", FigureUnit.Count, s.TradeCount),
        Figure.Of("open_trade_count", "Open trades", "未平仓笔数", FigureUnit.Count, s.OpenTradeCount),
        Figure.Of("win_count", "Winning trades", "盈利笔数", FigureUnit.Count, s.WinCount),
        Figure.Of("loss_count", "Losing trades", "亏损笔数", FigureUnit.Count, s.LossCount),
        Figure.Of("even_count", "Even trades", "持平笔数", FigureUnit.Count, s.EvenCount),
        Figure.Of("trades_per_year", "Trades a year", "年交易笔数", FigureUnit.Number, s.TradesPerYear),
        Figure.Of("win_rate", "Win rate", "胜率", FigureUnit.Fraction, s.WinRate),
        Figure.Of("win_rate_low", "Win rate, lower bound 95 %", "胜率下限（95%）", FigureUnit.Fraction, s.WinRateLow),
        Figure.Of("max_consecutive_wins", "Most wins in a row", "最多连胜", FigureUnit.Count, s.MaxConsecutiveWins),
        Figure.Of("max_consecutive_losses", "Most losses in a row", "最多连败", FigureUnit.Count, s.MaxConsecutiveLosses),
        Figure.Of("runs_z", "Dependency of wins (Z)", "盈亏相依性 Z", FigureUnit.Ratio, s.RunsZ),
        Figure.Of("max_concurrent", "Most open at once", "最多同时持仓", FigureUnit.Count, s.MaxConcurrent),
    ];

    private static ImmutableArray<Figure> Profit(TradeStatistics s) =>
    [
        Figure.Of("net_profit", "Net profit", "净利润", FigureUnit.Money, s.NetProfit),
        Figure.Of("gross_profit", "Gross profit", "总盈利", FigureUnit.Money, s.GrossProfit),
        Figure.Of("gross_loss", "Gross loss", "总亏损", FigureUnit.Money, s.GrossLoss),
        Figure.Of("profit_factor", "Profit factor", "盈亏比（总额）", FigureUnit.Ratio, s.ProfitFactor),
        Figure.Of("profit_factor_without_best", "Profit factor without the best trade", "剔除最佳后的盈亏比", FigureUnit.Ratio, s.ProfitFactorWithoutBest),
        Figure.Of("payoff_ratio", "Payoff ratio", "平均盈亏比", FigureUnit.Ratio, s.PayoffRatio),
        Figure.Of("expectancy", "Expectancy", "单笔期望", FigureUnit.Money, s.Expectancy),
        Figure.Of("expectancy_ratio", "Expectancy in mean losses (R)", "期望 R 倍数", FigureUnit.Ratio, s.ExpectancyRatio),
        Figure.Of("mean_win", "Mean win", "平均盈利", FigureUnit.Money, s.MeanWin),
        Figure.Of("mean_loss", "Mean loss", "平均亏损", FigureUnit.Money, s.MeanLoss),
        Figure.Of("median_profit", "Median profit", "盈亏中位数", FigureUnit.Money, s.MedianProfit),
        Figure.Of("best_trade", "Best trade", "最佳单笔", FigureUnit.Money, s.BestTrade),
        Figure.Of("worst_trade", "Worst trade", "最差单笔", FigureUnit.Money, s.WorstTrade),
        Figure.Of("profit_deviation", "Deviation of profits", "盈亏标准差", FigureUnit.Number, s.ProfitDeviation),
        Figure.Of("system_quality", "System quality number", "系统质量 SQN", FigureUnit.Ratio, s.SystemQuality),
        Figure.Of("best_share", "Share of the best trade", "最佳单笔占比", FigureUnit.Fraction, s.BestShare),
        Figure.Of("worst_share", "Share of the worst trade", "最差单笔占比", FigureUnit.Fraction, s.WorstShare),
        Figure.Of("max_closed_drawdown", "Largest fall of closed profit", "平仓盈亏最大回撤", FigureUnit.Money, s.MaxClosedDrawdown),
        Figure.Of("profit_per_day", "Profit a day held", "持仓日均盈利", FigureUnit.Money, s.ProfitPerDay),
        Figure.Of("kelly_fraction", "Kelly fraction", "凯利比例", FigureUnit.Fraction, s.KellyFraction),
    ];

    private static ImmutableArray<Figure> Returns(TradeStatistics s) =>
    [
        Figure.Of("mean_return", "Mean return", "平均收益率", FigureUnit.Fraction, s.MeanReturn),
        Figure.Of("median_return", "Median return", "收益率中位数", FigureUnit.Fraction, s.MedianReturn),
        Figure.Of("return_deviation", "Deviation of returns", "收益率标准差", FigureUnit.Fraction, s.ReturnDeviation),
        Figure.Of("return_skewness", "Skewness of returns", "收益率偏度", FigureUnit.Ratio, s.ReturnSkewness),
        Figure.Of("best_return", "Best return", "最高收益率", FigureUnit.Fraction, s.BestReturn),
        Figure.Of("worst_return", "Worst return", "最低收益率", FigureUnit.Fraction, s.WorstReturn),
        Figure.Of("mean_win_return", "Mean return of wins", "盈利平均收益率", FigureUnit.Fraction, s.MeanWinReturn),
        Figure.Of("mean_loss_return", "Mean return of losses", "亏损平均收益率", FigureUnit.Fraction, s.MeanLossReturn),
        Figure.Of("return_t", "t statistic of returns", "收益率 t 统计量", FigureUnit.Ratio, s.ReturnT),
    ];

    private static ImmutableArray<Figure> TimeHeld(TradeStatistics s) =>
    [
        Figure.Of("mean_days", "Mean days held", "平均持有天数", FigureUnit.Days, s.MeanDays),
        Figure.Of("median_days", "Median days held", "持有天数中位数", FigureUnit.Days, s.MedianDays),
        Figure.Of("max_days", "Longest trade", "最长持有", FigureUnit.Days, s.MaxDays),
        Figure.Of("min_days", "Shortest trade", "最短持有", FigureUnit.Days, s.MinDays),
        Figure.Of("mean_win_days", "Mean days of wins", "盈利平均天数", FigureUnit.Days, s.MeanWinDays),
        Figure.Of("mean_loss_days", "Mean days of losses", "亏损平均天数", FigureUnit.Days, s.MeanLossDays),
    ];

    private static ImmutableArray<Figure> Costs(TradeStatistics s) =>
    [
        Figure.Of("fees", "Fees", "费用", FigureUnit.Money, s.Fees),
        Figure.Of("mean_fees", "Fees a trade", "单笔费用", FigureUnit.Money, s.MeanFees),
        Figure.Of("fees_to_gross_profit", "Fees over gross profit", "费用占总盈利", FigureUnit.Fraction, s.FeesToGrossProfit),
        Figure.Of("entry_value", "Entered value", "开仓总额", FigureUnit.Money, s.EntryValue),
        Figure.Of("break_even_fees", "Fees over entered value", "费用占开仓额", FigureUnit.Fraction, s.BreakEvenFees),
    ];

    private static ImmutableArray<Figure> Excursions(TradeStatistics s) =>
    [
        Figure.Of("mean_adverse", "Mean adverse excursion", "平均最大不利变动", FigureUnit.Fraction, s.MeanAdverse),
        Figure.Of("mean_favourable", "Mean favourable excursion", "平均最大有利变动", FigureUnit.Fraction, s.MeanFavourable),
        Figure.Of("max_adverse", "Largest adverse excursion", "最大不利变动", FigureUnit.Fraction, s.MaxAdverse),
        Figure.Of("max_favourable", "Largest favourable excursion", "最大有利变动", FigureUnit.Fraction, s.MaxFavourable),
        Figure.Of("mean_adverse_of_wins", "Mean adverse excursion of wins", "盈利单平均不利变动", FigureUnit.Fraction, s.MeanAdverseOfWins),
        Figure.Of("edge_ratio", "Edge ratio", "优势比率", FigureUnit.Ratio, s.EdgeRatio),
        Figure.Of("entry_efficiency", "Entry efficiency", "入场效率", FigureUnit.Fraction, s.EntryEfficiency),
        Figure.Of("exit_efficiency", "Exit efficiency", "出场效率", FigureUnit.Fraction, s.ExitEfficiency),
        Figure.Of("profit_capture", "Captured share of the rise", "浮盈兑现率", FigureUnit.Fraction, s.ProfitCapture),
    ];
}

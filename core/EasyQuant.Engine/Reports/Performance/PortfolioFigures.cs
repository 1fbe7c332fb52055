using System.Collections.Immutable;

namespace EasyQuant.Engine;

/// <summary>Titles and units of the figures of <see cref="PortfolioStatistics"/>. Stateless and thread-safe.</summary>
internal static class PortfolioFigures
{
    public static ImmutableArray<FigureGroup> Of(PortfolioStatistics s) =>
    [
        new("Returns", "收益", Returns(s)),
        new("Risk", "风险", Risk(s)),
        new("Risk-adjusted", "风险调整收益", RiskAdjusted(s)),
        new("Drawdown", "回撤", Drawdown(s)),
        new("Exposure, turnover and costs", "敞口、换手与成本", ExposureTurnoverAndCosts(s)),
    ];

    private static ImmutableArray<Figure> Returns(PortfolioStatistics s) =>
    [
        Figure.Of("total_return", "Total return", "总收益", FigureUnit.Fraction, s.TotalReturn),
        Figure.Of("cagr", "Compound annual growth", "年化收益", FigureUnit.Fraction, s.Cagr),
        Figure.Of("mean_daily_return", "Mean daily return", "日均收益", FigureUnit.Fraction, s.MeanDailyReturn),
        Figure.Of("geometric_daily_return", "Geometric daily return", "几何日均收益", FigureUnit.Fraction, s.GeometricDailyReturn),
        Figure.Of("best_day", "Best day", "最好单日", FigureUnit.Fraction, s.BestDay),
        Figure.Of("worst_day", "Worst day", "最差单日", FigureUnit.Fraction, s.WorstDay),
        Figure.Of("mean_gain_day", "Mean gain of winning days", "盈利日均收益", FigureUnit.Fraction, s.MeanGainDay),
        Figure.Of("mean_loss_day", "Mean loss of losing days", "亏损日均收益", FigureUnit.Fraction, s.MeanLossDay),
        Figure.Of("positive_day_ratio", "Winning days", "盈利日占比", FigureUnit.Fraction, s.PositiveDayRatio),
        Figure.Of("longest_winning_days", "Longest winning streak", "最长连盈天数", FigureUnit.Days, s.LongestWinningDays),
        Figure.Of("longest_losing_days", "Longest losing streak", "最长连亏天数", FigureUnit.Days, s.LongestLosingDays),
        Figure.Of("mean_monthly_return", "Mean monthly return", "月均收益", FigureUnit.Fraction, s.MeanMonthlyReturn),
        Figure.Of("best_month", "Best month", "最好单月", FigureUnit.Fraction, s.BestMonth),
        Figure.Of("worst_month", "Worst month", "最差单月", FigureUnit.Fraction, s.WorstMonth),
        Figure.Of("positive_month_ratio", "Winning months", "盈利月占比", FigureUnit.Fraction, s.PositiveMonthRatio),
        Figure.Of("best_year", "Best year", "最好年份", FigureUnit.Fraction, s.BestYear),
        Figure.Of("worst_year", "Worst year", "最差年份", FigureUnit.Fraction, s.WorstYear),
    ];

    private static ImmutableArray<Figure> Risk(PortfolioStatistics s) =>
    [
        Figure.Of("volatility", "Volatility", "年化波动率", FigureUnit.Fraction, s.Volatility),
        Figure.Of("downside_deviation", "Downside deviation", "下行波动率", FigureUnit.Fraction, s.DownsideDeviation),
        Figure.Of("skewness", "Skewness", "偏度", FigureUnit.Ratio, s.Skewness),
        Figure.Of("excess_kurtosis", "Excess kurtosis", "超额峰度", FigureUnit.Ratio, s.ExcessKurtosis),
        Figure.Of("value_at_risk_95", "Value at risk, 95 %", "风险价值 95%", FigureUnit.Fraction, s.ValueAtRisk95),
        Figure.Of("value_at_risk_99", "Value at risk, 99 %", "风险价值 99%", FigureUnit.Fraction, s.ValueAtRisk99),
        Figure.Of("expected_shortfall_95", "Expected shortfall, 95 %", "预期亏损 95%", FigureUnit.Fraction, s.ExpectedShortfall95),
        Figure.Of("modified_value_at_risk_95", "Modified value at risk, 95 %", "修正风险价值 95%", FigureUnit.Fraction, s.ModifiedValueAtRisk95),
        Figure.Of("tail_ratio", "Tail ratio", "尾部比率", FigureUnit.Ratio, s.TailRatio),
        Figure.Of("rachev_ratio", "Rachev ratio", "Rachev 比率", FigureUnit.Ratio, s.RachevRatio),
        Figure.Of("autocorrelation", "Autocorrelation, one day", "一阶自相关", FigureUnit.Ratio, s.Autocorrelation),
    ];

    private static ImmutableArray<Figure> RiskAdjusted(PortfolioStatistics s) =>
    [
        Figure.Of("sharpe", "Sharpe ratio", "夏普比率", FigureUnit.Ratio, s.Sharpe),
        Figure.Of("sharpe_standard_error", "Standard error of the Sharpe ratio", "夏普比率标准误", FigureUnit.Ratio, s.SharpeStandardError),
        Figure.Of("probabilistic_sharpe", "Probability that the Sharpe ratio is above 0", "夏普比率大于零的概率", FigureUnit.Fraction, s.ProbabilisticSharpe),
        Figure.Of("sortino", "Sortino ratio", "索提诺比率", FigureUnit.Ratio, s.Sortino),
        Figure.Of("calmar", "Calmar ratio", "卡玛比率", FigureUnit.Ratio, s.Calmar),
        Figure.Of("omega", "Omega ratio", "欧米伽比率", FigureUnit.Ratio, s.Omega),
        Figure.Of("upside_potential", "Upside potential ratio", "上行潜力比率", FigureUnit.Ratio, s.UpsidePotential),
        Figure.Of("gain_to_pain", "Gain-to-pain ratio", "收益痛苦比", FigureUnit.Ratio, s.GainToPain),
        Figure.Of("kelly_fraction", "Kelly fraction", "凯利比例", FigureUnit.Ratio, s.KellyFraction),
        Figure.Of("stability", "Stability", "稳定性", FigureUnit.Fraction, s.Stability),
    ];

    private static ImmutableArray<Figure> Drawdown(PortfolioStatistics s) =>
    [
        Figure.Of("max_drawdown", "Largest drawdown", "最大回撤", FigureUnit.Fraction, s.MaxDrawdown),
        Figure.Of("max_drawdown_days", "Days of the largest drawdown", "最大回撤历时", FigureUnit.Days, s.MaxDrawdownDays),
        Figure.Of("longest_drawdown_days", "Longest drawdown", "最长回撤天数", FigureUnit.Days, s.LongestDrawdownDays),
        Figure.Of("drawdown_count", "Drawdowns", "回撤次数", FigureUnit.Count, s.DrawdownCount),
        Figure.Of("mean_drawdown", "Mean drawdown", "平均回撤", FigureUnit.Fraction, s.MeanDrawdown),
        Figure.Of("mean_drawdown_days", "Mean days of a drawdown", "平均回撤天数", FigureUnit.Days, s.MeanDrawdownDays),
        Figure.Of("current_drawdown", "Drawdown at the end", "期末回撤", FigureUnit.Fraction, s.CurrentDrawdown),
        Figure.Of("underwater_ratio", "Days below the peak", "水下时间占比", FigureUnit.Fraction, s.UnderwaterRatio),
        Figure.Of("ulcer_index", "Ulcer index", "溃疡指数", FigureUnit.Fraction, s.UlcerIndex),
        Figure.Of("pain_index", "Pain index", "痛苦指数", FigureUnit.Fraction, s.PainIndex),
        Figure.Of("martin_ratio", "Martin ratio", "马丁比率", FigureUnit.Ratio, s.MartinRatio),
        Figure.Of("pain_ratio", "Pain ratio", "痛苦比率", FigureUnit.Ratio, s.PainRatio),
        Figure.Of("burke_ratio", "Burke ratio", "伯克比率", FigureUnit.Ratio, s.BurkeRatio),
        Figure.Of("recovery_factor", "Recovery factor", "恢复因子", FigureUnit.Ratio, s.RecoveryFactor),
    ];

    private static ImmutableArray<Figure> ExposureTurnoverAndCosts(PortfolioStatistics s) =>
    [
        Figure.Of("exposure_ratio", "Days invested", "持仓时间占比", FigureUnit.Fraction, s.ExposureRatio),
        Figure.Of("mean_exposure", "Mean exposure", "平均敞口", FigureUnit.Fraction, s.MeanExposure),
        Figure.Of("max_exposure", "Largest exposure", "最大敞口", FigureUnit.Fraction, s.MaxExposure),
        Figure.Of("traded_value", "Traded value", "成交额", FigureUnit.Money, s.TradedValue),
        Figure.Of("turnover", "Turnover a year", "年换手率", FigureUnit.Ratio, s.Turnover),
        Figure.Of("fees", "Fees", "费用合计", FigureUnit.Money, s.Fees),
        Figure.Of("fees_to_initial", "Fees over initial equity", "费用占初始权益", FigureUnit.Fraction, s.FeesToInitial),
        Figure.Of("fee_rate", "Fees over traded value", "费用率", FigureUnit.Fraction, s.FeeRate),
        Figure.Of("slippage_cost", "Slippage", "滑点成本", FigureUnit.Money, s.SlippageCost),
        Figure.Of("dividend_income", "Dividends", "分红收入", FigureUnit.Money, s.DividendIncome),
        Figure.Of("interest_income", "Interest", "利息收入", FigureUnit.Money, s.InterestIncome),
        Figure.Of("annual_cost", "Cost a year", "年化成本", FigureUnit.Fraction, s.AnnualCost),
    ];
}

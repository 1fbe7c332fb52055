namespace EasyQuant.Engine;

/// <summary>Figures of a window of trading days that ends on a day.</summary>
/// <param name="TradingDate">Last day of the window, included.</param>
/// <param name="Return">Product of 1 + daily return over the window, minus 1.</param>
/// <param name="Volatility">Standard deviation (n - 1) of the daily returns times the root of the periods a year.</param>
/// <param name="Sharpe">Sharpe ratio as <see cref="PortfolioStatistics.Sharpe"/>; null for a constant equity.</param>
/// <param name="Beta">Beta as <see cref="BenchmarkStatistics.Beta"/>; null without a benchmark or when it never changes.</param>
public sealed record RollingPoint(DateOnly TradingDate, double Return, double Volatility, double? Sharpe, double? Beta);

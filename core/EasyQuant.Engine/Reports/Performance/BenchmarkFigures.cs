using System.Collections.Immutable;

namespace EasyQuant.Engine;

/// <summary>Titles and units of the figures of <see cref="BenchmarkStatistics"/>. Stateless and thread-safe.</summary>
internal static class BenchmarkFigures
{
    public static ImmutableArray<FigureGroup> Of(BenchmarkStatistics s) =>
    [
        new("Benchmark", "基准", Benchmark(s)),
        new("Against it", "相对表现", AgainstIt(s)),
    ];

    private static ImmutableArray<Figure> Benchmark(BenchmarkStatistics s) =>
    [
        Figure.Of("benchmark_total_return", "Benchmark: total return", "基准总收益", FigureUnit.Fraction, s.BenchmarkTotalReturn),
        Figure.Of("benchmark_cagr", "Benchmark: compound annual growth", "基准年化收益", FigureUnit.Fraction, s.BenchmarkCagr),
        Figure.Of("benchmark_volatility", "Benchmark: volatility", "基准波动率", FigureUnit.Fraction, s.BenchmarkVolatility),
        Figure.Of("benchmark_sharpe", "Benchmark: Sharpe ratio", "基准夏普比率", FigureUnit.Ratio, s.BenchmarkSharpe),
        Figure.Of("benchmark_max_drawdown", "Benchmark: largest drawdown", "基准最大回撤", FigureUnit.Fraction, s.BenchmarkMaxDrawdown),
    ];

    private static ImmutableArray<Figure> AgainstIt(BenchmarkStatistics s) =>
    [
        Figure.Of("excess_return", "Excess growth", "超额年化收益", FigureUnit.Fraction, s.ExcessReturn),
        Figure.Of("alpha", "Alpha", "阿尔法", FigureUnit.Fraction, s.Alpha),
        Figure.Of("alpha_t", "t statistic of alpha", "阿尔法 t 统计量", FigureUnit.Ratio, s.AlphaT),
        Figure.Of("beta", "Beta", "贝塔", FigureUnit.Ratio, s.Beta),
        Figure.Of("beta_up", "Beta on rising days", "上涨贝塔", FigureUnit.Ratio, s.BetaUp),
        Figure.Of("beta_down", "Beta on falling days", "下跌贝塔", FigureUnit.Ratio, s.BetaDown),
        Figure.Of("correlation", "Correlation", "相关系数", FigureUnit.Ratio, s.Correlation),
        Figure.Of("rsquared", "R squared", "决定系数", FigureUnit.Fraction, s.RSquared),
        Figure.Of("tracking_error", "Tracking error", "跟踪误差", FigureUnit.Fraction, s.TrackingError),
        Figure.Of("information_ratio", "Information ratio", "信息比率", FigureUnit.Ratio, s.InformationRatio),
        Figure.Of("treynor", "Treynor ratio", "特雷诺比率", FigureUnit.Ratio, s.Treynor),
        Figure.Of("modigliani_return", "Modigliani return (M2)", "M2 收益", FigureUnit.Fraction, s.ModiglianiReturn),
        Figure.Of("appraisal_ratio", "Appraisal ratio", "评估比率", FigureUnit.Ratio, s.AppraisalRatio),
        Figure.Of("up_capture", "Up capture", "上涨捕获率", FigureUnit.Ratio, s.UpCapture),
        Figure.Of("down_capture", "Down capture", "下跌捕获率", FigureUnit.Ratio, s.DownCapture),
        Figure.Of("capture_ratio", "Capture ratio", "捕获比", FigureUnit.Ratio, s.CaptureRatio),
        Figure.Of("batting_average", "Days ahead of the benchmark", "跑赢基准天数占比", FigureUnit.Fraction, s.BattingAverage),
        Figure.Of("max_relative_drawdown", "Largest relative drawdown", "最大相对回撤", FigureUnit.Fraction, s.MaxRelativeDrawdown),
    ];
}

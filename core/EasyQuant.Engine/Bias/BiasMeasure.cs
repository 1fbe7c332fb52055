using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Return and Sharpe ratio of a run.</summary>
internal readonly record struct BiasMeasure(double TotalReturn, double? Sharpe)
{
    public static BiasMeasure Of(EngineRun run, Money initial) => new(
        ((double)run.Equity[^1].Equity.Units / initial.Units) - 1,
        RatioFigures.Sharpe(DailyReturns.Of(initial, run.Equity), ReportOptions.Default));
}

namespace EasyQuant.Engine;

/// <summary>What a tear sheet shows.</summary>
public sealed record TearSheetContent
{
    /// <summary>Title of the page, any text; usually the strategy's title.</summary>
    public required ChartText Title { get; init; }

    /// <summary>The result.</summary>
    public required BacktestResult Result { get; init; }

    /// <summary>Its report.</summary>
    public required PerformanceReport Report { get; init; }

    /// <summary>Places of prices after the point, 0 to 8. Default 4, of which zeros at the end are left out.</summary>
    public int PriceScale { get; init; } = 4;

    /// <summary>Quantities of the panel the result ran on; null (default) when all are whole.</summary>
    public ResultQuantities? Quantities { get; init; }

    /// <summary>The Sharpe ratio against the number of trials; null (default) leaves the section out.</summary>
    public TrialAssessment? Trials { get; init; }

    /// <summary>Probability of overfitting of the sweep the result was chosen from; null (default) leaves it out.</summary>
    public OverfittingReport? Overfitting { get; init; }

    /// <summary>Verdicts of the bias checks; null (default) leaves the section out.</summary>
    public BiasReport? Bias { get; init; }

    /// <summary>Whether the page opens in 中文. Default false; the reader switches.</summary>
    public bool IsChinese { get; init; }

    /// <summary>Whether gains open red, as in mainland China. Default true; the reader switches.</summary>
    public bool IsRedUp { get; init; } = true;
}

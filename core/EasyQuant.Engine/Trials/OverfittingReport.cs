namespace EasyQuant.Engine;

/// <summary>What combinatorially symmetric cross-validation says about choosing the best of several trials.</summary>
/// <param name="Probability">Probability of backtest overfitting, 0 to 1: share of the splits in which the best in sample ranks in the lower half out of sample.</param>
/// <param name="MedianLogit">Median over the splits of ln(w / (1 - w)), w the relative rank out of sample; above 0 is good.</param>
/// <param name="LossProbability">Share of the splits in which the chosen trial has a negative Sharpe ratio out of sample, 0 to 1.</param>
/// <param name="DegradationSlope">Slope of the chosen trial's ratio out of sample against the one in sample; null when the latter never changes.</param>
/// <param name="InSampleSharpe">Mean ratio of the chosen trials in sample, of one period.</param>
/// <param name="OutOfSampleSharpe">Mean ratio of the chosen trials out of sample, of one period.</param>
/// <param name="TrialCount">Trials compared.</param>
/// <param name="BlockCount">Blocks the returns were cut into.</param>
/// <param name="SplitCount">Splits: ways to choose half of the blocks.</param>
public sealed record OverfittingReport(
    double Probability,
    double MedianLogit,
    double LossProbability,
    double? DegradationSlope,
    double InSampleSharpe,
    double OutOfSampleSharpe,
    int TrialCount,
    int BlockCount,
    int SplitCount);

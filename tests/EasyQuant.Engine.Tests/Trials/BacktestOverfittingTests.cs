using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

public sealed class BacktestOverfittingTests
{
    /// <summary>
    /// Two trials, two blocks of two days. Trial 0: block 0 mean 2 of (1, 3), block 1 mean -2 of (-3, -1); deviation 1.41421 each: ratios
    /// 1.41421 and -1.41421. Trial 1 the other way round. Each split chooses the trial that is last out of sample: rank 1 of 2,
    /// w = 1/3, logit ln(0.5); so the probability is 1.
    /// </summary>
    [Fact]
    public void Probability_BestAlwaysTurnsLast_IsOne()
    {
        OverfittingReport report = BacktestOverfitting.Compute([[1, 3, -3, -1], [-3, -1, 1, 3]], 2, default);
        Assert.Equal(1, report.Probability);
        Assert.Equal(2, report.SplitCount);
        Assert.Equal(Math.Log(0.5), report.MedianLogit, 14);
        Assert.Equal(1, report.LossProbability);
        Assert.Equal(Math.Sqrt(2), report.InSampleSharpe, 14);
        Assert.Equal(-Math.Sqrt(2), report.OutOfSampleSharpe, 14);
        Assert.Null(report.DegradationSlope);
    }

    /// <summary>Three trials that keep their order in both blocks: the best is first everywhere, w = 3/4, logit ln 3.</summary>
    [Fact]
    public void Probability_BestStaysBest_IsZero()
    {
        OverfittingReport report = BacktestOverfitting.Compute(
            [[3, 5, 3, 5], [1, 3, 1, 3], [-1, 1, -1, 1]], 2, default);
        Assert.Equal(0, report.Probability);
        Assert.Equal(Math.Log(3), report.MedianLogit, 14);
        Assert.Equal(4 / Math.Sqrt(2), report.InSampleSharpe, 14);
    }

    /// <summary>
    /// Four blocks of two days, two trials. Mean over deviation of the chosen blocks, trial 0 | trial 1, then of the others:
    /// 01: 1.225 | 0, then -0.387 | 0.866: 0 is chosen and last; 23 mirrors it: 1 is chosen and last;
    /// 03: 0.721 | 0.387, then 0 | 0.387: 0 is chosen and last; 12 mirrors it: 1 is chosen and last;
    /// 02 and 13: 0.387 everywhere: rank 1.5 of 2, w = 1/2, logit 0, which counts.
    /// </summary>
    [Fact]
    public void Probability_FourBlocks_CountsSplits()
    {
        double[] first = [2, 4, 0, 2, -2, 0, -1, 1];
        double[] second = [-1, 1, -1, 1, 0, 2, 0, 2];
        OverfittingReport report = BacktestOverfitting.Compute([first, second], 4, default);
        Assert.Equal(6, report.SplitCount);
        Assert.Equal(1, report.Probability);
        Assert.Equal(Math.Log(0.5), report.MedianLogit, 14);
        Assert.Equal(1.0 / 6, report.LossProbability, 14);
    }

    [Fact]
    public void Probability_NoiseOnly_IsAboutOneHalf()
    {
        Random random = new(5);
        double sum = 0;
        for (int i = 0; i < 20; i++)
        {
            double[][] noise = [.. Enumerable.Range(0, 20).Select(_ => Enumerable.Range(0, 160).Select(_ => random.NextDouble() - 0.5).ToArray())];
            sum += BacktestOverfitting.Compute(noise, 8, default).Probability;
        }

        Assert.InRange(sum / 20, 0.35, 0.65);
    }

    [Fact]
    public void Probability_OneTrialWithSkill_IsNearZero()
    {
        Random random = new(6);
        double[][] returns = [.. Enumerable.Range(0, 20).Select(trial =>
            Enumerable.Range(0, 800).Select(_ => random.NextDouble() - 0.5 + (trial == 7 ? 0.15 : 0)).ToArray())];
        SweepAssessment assessment = SweepAssessment.Of(returns, default, BacktestOverfitting.BlockCountDefault, default);
        Assert.Equal(7, assessment.BestIndex);
        Assert.Equal(12_870, assessment.Overfitting!.SplitCount);
        Assert.InRange(assessment.Overfitting.Probability, 0, 0.01);
        Assert.InRange(assessment.Best.DeflatedSharpe!.Value, 0.95, 1);
        Assert.Equal(20, assessment.Best.TrialCount);
    }

    [Fact]
    public void Assessment_EarlierTrials_MakeItStricter()
    {
        Random random = new(8);
        double[][] returns = [.. Enumerable.Range(0, 5).Select(_ => Enumerable.Range(0, 60).Select(_ => random.NextDouble() - 0.45).ToArray())];
        SweepAssessment alone = SweepAssessment.Of(returns, default, 16, default);
        SweepAssessment among = SweepAssessment.Of(returns, new TrialSummary(500, 0, 0.02), 16, default);
        Assert.Equal(505, among.Best.TrialCount);
        Assert.True(among.Best.DeflatedSharpe < alone.Best.DeflatedSharpe);
        Assert.Equal(alone.Overfitting, among.Overfitting);
    }

    [Fact]
    public void Compute_BadInput_IsNamed()
    {
        Assert.Contains("two trials", Refused([[1, 2, 3, 4]], 2), StringComparison.Ordinal);
        Assert.Contains("was 3", Refused([[1, 2], [1, 2]], 3), StringComparison.Ordinal);
        Assert.Contains("Trial 1 has 3", Refused([[1, 2, 3, 4], [1, 2, 3]], 2), StringComparison.Ordinal);
        Assert.Contains("Return 2 of trial 1 is NaN", Refused([[1, 2, 3, 4], [1, 2, double.NaN, 4]], 2), StringComparison.Ordinal);
        Assert.Contains("at least 8", Refused([[1, 2, 3, 4], [1, 2, 3, 4]], 4), StringComparison.Ordinal);

        static string Refused(double[][] returns, int blocks) =>
            Assert.Throws<ArgumentException>(() => BacktestOverfitting.Compute(returns, blocks, default)).Message;
    }
}

using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

public sealed class DeflatedSharpeTests
{
    /// <summary>Section "A numerical example" of Bailey and López de Prado (2014): 0.1132 expected at most, deflated ratio 0.9004.</summary>
    [Fact]
    public void Deflated_PaperExample_IsThePapersFigure()
    {
        SharpeSample sample = new(2.5 / Math.Sqrt(250), 1250, -3, 10);
        double variance = 0.5 / 250;
        Assert.Equal(0.1132, DeflatedSharpe.ExpectedMaximum(100, variance), 4);
        Assert.Equal(0.9004, DeflatedSharpe.Compute(sample, 100, variance)!.Value, 4);
    }

    [Fact]
    public void Probabilistic_NormalReturns_IsTheHandFigure()
    {
        // S = 0.1, n = 101, normal: standard error = sqrt((1 + 0.5 * 0.01) / 100) = 0.1002497; 0.1 / 0.1002497 = 0.9975093.
        SharpeSample sample = new(0.1, 101, 0, 3);
        Assert.Equal(0.10024968827881711, sample.StandardError!.Value, 15);
        Assert.Equal(0.8407408, DeflatedSharpe.Probabilistic(sample, 0)!.Value, 6);
        Assert.Equal(0.5, DeflatedSharpe.Probabilistic(sample, 0.1)!.Value, 15);
    }

    [Fact]
    public void TrackRecord_NormalReturns_IsTheHandFigure()
    {
        // 1 + 1.005 * (1.6448536 / 0.1)^2 = 1 + 1.005 * 270.5543 = 272.907.
        Assert.Equal(272.907, DeflatedSharpe.MinimumTrackRecord(new SharpeSample(0.1, 50, 0, 3), 0, 0.95)!.Value, 3);
        Assert.Null(DeflatedSharpe.MinimumTrackRecord(new SharpeSample(-0.1, 50, 0, 3), 0, 0.95));
    }

    [Theory]
    [InlineData(0.1, 250)]
    [InlineData(-0.1, 250)]
    [InlineData(0.1, 1)]
    public void Assessment_ItsJson_IsReadBack(double sharpe, int count)
    {
        TrialAssessment assessment = TrialAssessment.Of(new SharpeSample(sharpe, count, -0.3, 5), new TrialSummary(5, 0, 0.01));
        Assert.Equal(assessment, TrialAssessment.Parse(assessment.ToJson().ToJsonString()));
        Assert.Equal(sharpe < 0, assessment.MinimumTrackRecordDays is null);
        Assert.Equal(count < 2, assessment.DeflatedSharpe is null);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("{\"trial_count\": 1}")]
    [InlineData("{\"trial_count\": \"x\"}")]
    public void Assessment_OtherText_IsRefused(string json) => Assert.Throws<FormatException>(() => TrialAssessment.Parse(json));

    [Fact]
    public void Deflated_MoreTrials_Falls()
    {
        SharpeSample sample = new(0.15, 500, -0.3, 5);
        double[] ratios = [.. new long[] { 1, 2, 10, 100, 10_000 }.Select(count => DeflatedSharpe.Compute(sample, count, 0.001)!.Value)];
        Assert.Equal(ratios.OrderDescending(), ratios);
        Assert.Equal(DeflatedSharpe.Probabilistic(sample, 0), DeflatedSharpe.Compute(sample, 1, 0.001));
    }

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(1.959963984540054, 0.975)]
    [InlineData(-1, 0.15865525393145707)]
    [InlineData(3, 0.9986501019683699)]
    [InlineData(5.612001244174789, 0.99999999)]
    public void Normal_KnownPairs_AreInverse(double x, double probability)
    {
        Assert.Equal(probability, NormalDistribution.Cumulative(x), 14);
        Assert.Equal(x, NormalDistribution.Quantile(probability), 8);
    }

    [Fact]
    public void Quantile_OutsideItsRange_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => NormalDistribution.Quantile(1.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => NormalDistribution.Quantile(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => DeflatedSharpe.ExpectedMaximum(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => DeflatedSharpe.ExpectedMaximum(2, -1));
    }

    [Fact]
    public void Summary_TwoSetsTogether_EqualsOne()
    {
        double[] all = [0.3, -0.1, 0.25, 0.7, -0.4, 0.05];
        TrialSummary whole = TrialSummary.Of(all);
        TrialSummary joined = TrialSummary.Of(all.AsSpan(0, 2)).With(TrialSummary.Of(all.AsSpan(2)));
        Assert.Equal(whole.Count, joined.Count);
        Assert.Equal(whole.Mean, joined.Mean, 14);
        Assert.Equal(whole.Variance, joined.Variance, 14);
        Assert.Equal(whole, whole.With(default));
        Assert.Equal(whole, default(TrialSummary).With(whole));
    }

    [Fact]
    public void Trial_SameBacktest_HasTheSameKey()
    {
        BacktestResult first = Run(new System.Text.Json.Nodes.JsonObject { ["fast"] = 2, ["slow"] = 5 });
        BacktestResult other = Run(new System.Text.Json.Nodes.JsonObject { ["fast"] = 3, ["slow"] = 5 });
        Trial trial = Trial.Of(first, null);
        Assert.Equal(trial, Trial.Of(Run(new System.Text.Json.Nodes.JsonObject { ["fast"] = "2", ["slow"] = 5 }), null));
        Assert.NotEqual(trial.Key, Trial.Of(other, null).Key);
        Assert.Equal("sma_cross", trial.Family);
        Assert.Equal(trial, TrialJson.Parse(TrialJson.Write(trial)));
        Assert.Throws<FormatException>(() => TrialJson.Parse("{\"key\":1}"));
        Assert.Throws<ArgumentException>(() => Trial.Of(first, " "));
    }

    private static BacktestResult Run(System.Text.Json.Nodes.JsonObject parameters) =>
        Backtester.Run(RandomMarket.Make(7), "sma_cross", parameters, new BacktestSettings(), null, default);
}

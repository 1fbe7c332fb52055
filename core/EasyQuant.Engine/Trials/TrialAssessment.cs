using System.Text.Json.Nodes;

namespace EasyQuant.Engine;

/// <summary>A Sharpe ratio seen against the number of trials it was chosen from; ratios of one day, see <see cref="Engine.DeflatedSharpe"/>.</summary>
/// <param name="TrialCount">Trials of the family and window, this one included, at least 1; each counts as independent, which errs on the strict side.</param>
/// <param name="SharpeVariance">Variance of their ratios.</param>
/// <param name="ExpectedMaximumSharpe">Largest ratio to expect of that many trials without skill.</param>
/// <param name="ProbabilisticSharpe">Probability that the true ratio is above 0, 0 to 1; null below two days or for a constant equity.</param>
/// <param name="DeflatedSharpe">Probability that the true ratio is above the expected maximum, 0 to 1; null like the former.</param>
/// <param name="MinimumTrackRecordDays">Days until the ratio is above 0 with 95 % confidence; null when it is not above 0.</param>
public sealed record TrialAssessment(
    long TrialCount,
    double SharpeVariance,
    double ExpectedMaximumSharpe,
    double? ProbabilisticSharpe,
    double? DeflatedSharpe,
    double? MinimumTrackRecordDays)
{
    /// <summary>Assesses a trial.</summary>
    /// <param name="sample">The trial's ratio.</param>
    /// <param name="trials">All trials of the family and window with this one; an empty summary counts as this trial alone.</param>
    public static TrialAssessment Of(in SharpeSample sample, TrialSummary trials)
    {
        long count = Math.Max(1, trials.Count);
        double maximum = Engine.DeflatedSharpe.ExpectedMaximum(count, trials.Variance);
        return new TrialAssessment(
            count,
            trials.Variance,
            maximum,
            Engine.DeflatedSharpe.Probabilistic(sample, 0),
            Engine.DeflatedSharpe.Probabilistic(sample, maximum),
            Engine.DeflatedSharpe.MinimumTrackRecord(sample, 0, 0.95));
    }

    /// <summary>Returns the JSON form: snake_case names in a fixed order, unknown figures null.</summary>
    public JsonObject ToJson() => new()
    {
        ["trial_count"] = TrialCount,
        ["sharpe_variance"] = SharpeVariance,
        ["expected_maximum_sharpe"] = ExpectedMaximumSharpe,
        ["probabilistic_sharpe"] = ProbabilisticSharpe,
        ["deflated_sharpe"] = DeflatedSharpe,
        ["minimum_track_record_days"] = MinimumTrackRecordDays,
    };
}

using System.Text.Json.Nodes;

namespace EasyQuant.Engine;

/// <summary>How far the best of a sweep can be trusted.</summary>
/// <param name="BestIndex">Index of the combination with the highest Sharpe ratio of the daily returns; of equal ones the first.</param>
/// <param name="Best">Its ratio against all trials.</param>
/// <param name="Overfitting">Probability of overfitting; null below two combinations or below two days a block.</param>
public sealed record SweepAssessment(int BestIndex, TrialAssessment Best, OverfittingReport? Overfitting)
{
    /// <summary>Assesses a sweep.</summary>
    /// <param name="returns">Daily returns of each combination, at least one, all over the same days, oldest first; not modified.</param>
    /// <param name="earlier">Trials of the same family and window that are not of this sweep; default for none.</param>
    /// <param name="blockCount">Blocks of the cross-validation: even, 2 to 20; usually 16. With fewer days the largest even number that fits is taken.</param>
    /// <param name="cancellationToken">Looked at while splits are compared.</param>
    /// <exception cref="ArgumentException">There is no combination, lengths differ, a return is not finite, or the number of blocks is unusable.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static SweepAssessment Of(
        IReadOnlyList<double[]> returns, TrialSummary earlier, int blockCount, CancellationToken cancellationToken)
    {
        if (returns.Count == 0)
        {
            throw new ArgumentException("A sweep has at least one combination, none came.", nameof(returns));
        }

        SharpeSample[] samples = [.. returns.Select(one => SharpeSample.Of(one))];
        int best = 0;
        for (int i = 1; i < samples.Length; i++)
        {
            best = samples[i].Sharpe > samples[best].Sharpe ? i : best;
        }

        TrialSummary trials = TrialSummary.Of(samples.Select(sample => sample.Sharpe).ToArray()).With(earlier);
        int fitting = Math.Min(blockCount, returns[0].Length / 4 * 2);
        OverfittingReport? overfitting = returns.Count < 2 || fitting < 2
            ? null
            : BacktestOverfitting.Compute(returns, fitting, cancellationToken);
        return new SweepAssessment(best, TrialAssessment.Of(samples[best], trials), overfitting);
    }

    /// <summary>Returns the JSON form: snake_case names in a fixed order, unknown figures null.</summary>
    public JsonObject ToJson()
    {
        JsonObject json = Best.ToJson();
        json["best_index"] = BestIndex;
        json["overfitting_probability"] = Overfitting?.Probability;
        json["overfitting_median_logit"] = Overfitting?.MedianLogit;
        json["overfitting_loss_probability"] = Overfitting?.LossProbability;
        json["overfitting_degradation_slope"] = Overfitting?.DegradationSlope;
        json["overfitting_block_count"] = Overfitting?.BlockCount;
        json["overfitting_split_count"] = Overfitting?.SplitCount;
        return json;
    }
}

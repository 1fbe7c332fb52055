using System.Collections.Immutable;
using System.Text.Json;
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

    /// <summary>Returns the figures with their titles; names are those of <see cref="ToJson"/>.</summary>
    public ImmutableArray<Figure> Figures =>
    [
        Figure.Of("trial_count", "Trials of this family in this window", "同策略族同窗口试验次数", FigureUnit.Count, TrialCount),
        Figure.Of("sharpe_variance", "Variance of their Sharpe ratios (one day)", "其夏普比率的方差（单日）", FigureUnit.Number, SharpeVariance),
        Figure.Of(
            "expected_maximum_sharpe", "Largest Sharpe ratio to expect without skill (one day)", "无技能时的期望最大夏普（单日）", FigureUnit.Ratio, ExpectedMaximumSharpe),
        Figure.Of("probabilistic_sharpe", "Probability that the Sharpe ratio is above 0", "夏普大于零的概率", FigureUnit.Fraction, ProbabilisticSharpe),
        Figure.Of("deflated_sharpe", "Deflated Sharpe ratio", "缩水夏普概率 (DSR)", FigureUnit.Fraction, DeflatedSharpe),
        Figure.Of(
            "minimum_track_record_days", "Days until a Sharpe ratio above 0 is certain to 95 %", "夏普大于零达 95% 置信所需天数", FigureUnit.Days, MinimumTrackRecordDays),
    ];

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="FormatException">The text is no such JSON; the message names what is wrong.</exception>
    public static TrialAssessment Parse(string json)
    {
        try
        {
            JsonObject read = JsonNode.Parse(json) as JsonObject ?? throw new FormatException("An assessment is a JSON object.");
            return new TrialAssessment(
                (long)Number("trial_count"), Number("sharpe_variance"), Number("expected_maximum_sharpe"),
                (double?)read["probabilistic_sharpe"], (double?)read["deflated_sharpe"], (double?)read["minimum_track_record_days"]);

            double Number(string name) => (double?)read[name] ?? throw new FormatException($"An assessment has the number \"{name}\"; it is missing.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException("The text is not an assessment: " + e.Message, e);
        }
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

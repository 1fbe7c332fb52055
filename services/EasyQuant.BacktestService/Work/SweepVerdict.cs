using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using EasyQuant.BacktestService.Storage;
using EasyQuant.Engine;

namespace EasyQuant.BacktestService.Work;

/// <summary>What the trials of a sweep are worth together.</summary>
internal static class SweepVerdict
{
    private const int AssessmentBlocks = 16;

    /// <summary>Assesses the best of trials over the same days: deflated Sharpe ratio, probability of overfitting.</summary>
    /// <param name="rows">Number and daily returns of the trials whose returns were kept.</param>
    /// <param name="ledger">All trials of the family and window, these among them: the best was chosen from all of them.</param>
    /// <param name="cancellationToken">Ends the computation.</param>
    public static JsonObject Assess(IReadOnlyList<(int Trial, byte[] Returns)> rows, TrialSummary ledger, CancellationToken cancellationToken)
    {
        if (rows.Count == 0 || rows.Any(row => row.Returns.Length != rows[0].Returns.Length))
        {
            return [];
        }

        double[][] returns = [.. rows.Select(row => Doubles(row.Returns))];
        SweepAssessment assessment = SweepAssessment.Of(returns, default, AssessmentBlocks, cancellationToken);
        if (ledger.Count >= returns.Length)
        {
            assessment = assessment with { Best = TrialAssessment.Of(SharpeSample.Of(returns[assessment.BestIndex]), ledger) };
        }

        JsonObject json = assessment.ToJson();
        json.Remove("best_index");
        json["best_trial"] = rows[assessment.BestIndex].Trial;
        return json;
    }

    /// <summary>
    /// Sums up a walk-forward: the returns of the windows one after the other, in-sample and out-of-sample apart. The Sharpe ratio out-of-sample is deflated
    /// by the trials that the windows chose from, and by all trials of the family.
    /// </summary>
    /// <param name="windows">The chosen trial of each window and its trial out-of-sample, ascending.</param>
    /// <param name="outOfSample">Number and daily returns of the out-of-sample trials, ascending.</param>
    /// <param name="searches">The trials in-sample by window.</param>
    /// <param name="ledger">All trials of the family and window, those of this walk-forward among them.</param>
    public static JsonObject WalkForward(
        IReadOnlyList<(EndedTrial In, EndedTrial Out)> windows,
        IReadOnlyList<(int Trial, byte[] Returns)> outOfSample,
        IReadOnlyDictionary<int, TrialSummary> searches,
        TrialSummary ledger)
    {
        Dictionary<int, double[]> days = outOfSample.ToDictionary(one => one.Trial, one => Doubles(one.Returns));
        double[] returns = [.. outOfSample.SelectMany(one => days[one.Trial])];
        double inTotal = 1;
        double outTotal = 1;
        int inDays = 0;
        int outDays = 0;
        JsonArray rows = [];
        foreach ((EndedTrial chosen, EndedTrial tried) in windows)
        {
            JsonObject? before = Figures(chosen);
            JsonObject? after = Figures(tried);
            inTotal *= 1 + ((double?)before?["total_return"] ?? 0);
            outTotal *= 1 + ((double?)after?["total_return"] ?? 0);
            inDays += (int?)before?["day_count"] ?? 0;
            outDays += (int?)after?["day_count"] ?? 0;
            rows.Add((JsonNode)new JsonObject
            {
                ["window"] = tried.Stage.Window,
                ["in_sample_trial"] = chosen.Trial,
                ["out_of_sample_trial"] = tried.Trial,
                ["in_sample_start"] = Text(chosen.Stage.StartDate),
                ["in_sample_end"] = Text(chosen.Stage.EndDate),
                ["out_of_sample_start"] = Text(tried.Stage.StartDate),
                ["out_of_sample_end"] = Text(tried.Stage.EndDate),
                ["parameters"] = JsonNode.Parse(tried.Parameters),
                ["in_sample_return"] = before?["total_return"]?.DeepClone(),
                ["in_sample_sharpe"] = before?["sharpe"]?.DeepClone(),
                ["out_of_sample_return"] = after?["total_return"]?.DeepClone(),
                ["out_of_sample_sharpe"] = after?["sharpe"]?.DeepClone(),
                ["in_sample_trial_count"] = searches.GetValueOrDefault(tried.Stage.Window).Count,
                ["out_of_sample_deflated_sharpe"] = days.TryGetValue(tried.Trial, out double[]? own)
                    ? TrialAssessment.Of(SharpeSample.Of(own), searches.GetValueOrDefault(tried.Stage.Window)).DeflatedSharpe
                    : null,
            });
        }

        SharpeSample sample = SharpeSample.Of(returns);
        TrialSummary search = searches.Values.Aggregate(default(TrialSummary), (sum, window) => sum.With(window));
        double inYear = Year(inTotal, inDays);
        double outYear = Year(outTotal, outDays);
        return new JsonObject
        {
            ["window_count"] = windows.Count,
            ["out_of_sample_return"] = outTotal - 1,
            ["out_of_sample_sharpe"] = returns.Length < 2 ? null : Finite(sample.Sharpe * Math.Sqrt(BacktestStatistics.DaysPerYear)),
            ["out_of_sample_annual_return"] = Finite(outYear),
            ["in_sample_annual_return"] = Finite(inYear),
            // Pardo's walk-forward efficiency: what is left of the annual return on days that no choice has seen.
            ["efficiency"] = inYear > 0 ? Finite(outYear / inYear) : null,
            ["trials"] = TrialAssessment.Of(sample, search).ToJson(),
            ["family_trials"] = TrialAssessment.Of(sample, ledger).ToJson(),
            ["windows"] = rows,
        };
    }

    private static JsonObject? Figures(EndedTrial trial) => trial.Metrics is null ? null : (JsonObject)JsonNode.Parse(trial.Metrics)!;

    private static double Year(double total, int days) => days == 0 ? 0 : Math.Pow(total, (double)BacktestStatistics.DaysPerYear / days) - 1;

    private static JsonNode? Finite(double value) => double.IsFinite(value) ? JsonValue.Create(value) : null;

    private static string? Text(DateOnly? date) => date?.ToString("O", CultureInfo.InvariantCulture);

    private static double[] Doubles(byte[] bytes) => MemoryMarshal.Cast<byte, double>(bytes).ToArray();
}

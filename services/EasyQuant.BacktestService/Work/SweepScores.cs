using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using EasyQuant.Engine;

namespace EasyQuant.BacktestService.Work;

/// <summary>What the ended trials of a sweep are worth by its objective. Thread-safe.</summary>
/// <param name="objective">What makes a trial better.</param>
internal sealed class SweepScores(SweepObjective objective)
{
    private readonly ConcurrentDictionary<int, double> _scores = new();

    /// <summary>Trials that have ended.</summary>
    public int Count => _scores.Count;

    /// <summary>True when the trial has ended.</summary>
    public bool Has(int trial) => _scores.ContainsKey(trial);

    /// <summary>Notes an ended trial.</summary>
    /// <param name="trial">Its number.</param>
    /// <param name="metrics">JSON of its figures; null when it failed: the worst of all.</param>
    public void Add(int trial, string? metrics) => _scores[trial] = metrics is null ? double.NegativeInfinity : Of((JsonObject)JsonNode.Parse(metrics)!);

    /// <summary>Returns the numbers of the best trials of a block, the best first; of equal ones the smaller number.</summary>
    public int[] Best(SweepBlock block, int count) =>
    [
        .. Enumerable.Range(block.FirstTrial, block.Count).OrderByDescending(trial => _scores[trial]).ThenBy(trial => trial).Take(count),
    ];

    private double Of(JsonObject metrics)
    {
        double total = Number(metrics, "total_return") ?? double.NegativeInfinity;
        return objective switch
        {
            SweepObjective.Sharpe => Number(metrics, "sharpe") ?? double.NegativeInfinity,
            SweepObjective.ReturnOverDrawdown when Number(metrics, "max_drawdown") is > 0 and { } depth => total / depth,
            _ => total,
        };
    }

    private static double? Number(JsonObject metrics, string name) =>
        metrics[name] is JsonValue value && value.GetValueKind() == System.Text.Json.JsonValueKind.Number && value.TryGetValue(out double number) ? number : null;
}

using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace EasyQuant.Engine;

/// <summary>The verdicts of all bias checks of one backtest.</summary>
/// <param name="TrialKey">Key of the backtest, as of <see cref="Trial"/>.</param>
/// <param name="Seed">Seed of the shuffles.</param>
/// <param name="Verdicts">One a check, in the order of <see cref="BiasCheck"/>.</param>
public sealed record BiasReport(string TrialKey, long Seed, ImmutableArray<BiasVerdict> Verdicts)
{
    /// <summary>The worst outcome.</summary>
    public BiasOutcome Outcome => Verdicts.Max(verdict => verdict.Outcome);

    /// <summary>Returns the JSON form: snake_case names in a fixed order.</summary>
    public JsonObject ToJson() => new()
    {
        ["trial_key"] = TrialKey,
        ["seed"] = Seed,
        ["outcome"] = BiasNames.Of(Outcome),
        ["verdicts"] = new JsonArray([.. Verdicts.Select(verdict => verdict.ToJson())]),
    };
}

using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace EasyQuant.Engine;

/// <summary>What one bias check found; can be stored as JSON.</summary>
/// <param name="Check">The check.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Figures">The numbers behind it, in a fixed order for each check.</param>
/// <param name="ReasonEn">One sentence, English.</param>
/// <param name="ReasonZh">One sentence, 中文.</param>
public sealed record BiasVerdict(
    BiasCheck Check,
    BiasOutcome Outcome,
    ImmutableArray<BiasFigure> Figures,
    string ReasonEn,
    string ReasonZh)
{
    /// <summary>Returns the JSON form: snake_case names, unknown figures null.</summary>
    public JsonObject ToJson() => new()
    {
        ["check"] = BiasNames.Of(Check),
        ["outcome"] = BiasNames.Of(Outcome),
        ["figures"] = new JsonObject(Figures.Select(figure => KeyValuePair.Create(figure.Name, (JsonNode?)figure.Value))),
        ["reason"] = new JsonObject { ["en"] = ReasonEn, ["zh"] = ReasonZh },
    };
}

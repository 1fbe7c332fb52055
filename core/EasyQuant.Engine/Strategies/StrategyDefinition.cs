using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace EasyQuant.Engine;

/// <summary>A shipped strategy as people and forms see it.</summary>
/// <param name="Name">Name used in requests, snake_case.</param>
/// <param name="TitleEn">Title, English.</param>
/// <param name="TitleZh">Title, 中文.</param>
/// <param name="DescriptionEn">What it does, English.</param>
/// <param name="DescriptionZh">What it does, 中文.</param>
/// <param name="Parameters">Its parameters in order.</param>
public sealed record StrategyDefinition(
    string Name,
    string TitleEn,
    string TitleZh,
    string DescriptionEn,
    string DescriptionZh,
    ImmutableArray<StrategyParameter> Parameters)
{
    /// <summary>Returns the JSON Schema (2020-12) of the parameters.</summary>
    public JsonObject ToJsonSchema()
    {
        JsonObject properties = [];
        foreach (StrategyParameter parameter in Parameters)
        {
            JsonObject property = new()
            {
                ["type"] = parameter.IsInteger ? "integer" : "number",
                ["minimum"] = parameter.Minimum,
                ["maximum"] = parameter.Maximum,
                ["description"] = parameter.DescriptionEn,
                ["x-description-zh"] = parameter.DescriptionZh,
            };
            if (parameter.Default is { } standard)
            {
                property["default"] = standard;
            }

            properties[parameter.Name] = property;
        }

        return new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["properties"] = properties,
        };
    }
}

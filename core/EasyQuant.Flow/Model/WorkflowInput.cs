using System.Text.Json.Nodes;

namespace EasyQuant.Flow;

/// <summary>A declared input of a workflow.</summary>
public sealed record WorkflowInput
{
    /// <summary>Name in expressions, <c>${inputs.name}</c>: <c>[A-Za-z_][A-Za-z0-9_-]{0,62}</c>.</summary>
    public required string Name { get; init; }

    /// <summary>JSON type: <c>string</c>, <c>integer</c>, <c>number</c>, <c>boolean</c>, <c>array</c>, <c>object</c> or <c>any</c> (default).</summary>
    public string Type { get; init; } = "any";

    /// <summary>Whether there is a default; false by default.</summary>
    public bool HasDefault { get; init; }

    /// <summary>Value when a run does not set the input; meaningful with <see cref="HasDefault"/>. Not changed by anyone.</summary>
    public JsonNode? Default { get; init; }

    /// <summary>Whether a run must set it. Default false; true together with a default is refused. An input that is neither set, required nor defaulted is null.</summary>
    public bool Required { get; init; }

    /// <summary>Title for people; null (default) means the name.</summary>
    public LocalizedText? Title { get; init; }
}

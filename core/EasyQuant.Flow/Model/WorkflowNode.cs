using System.Text.Json.Nodes;

namespace EasyQuant.Flow;

/// <summary>One node of a graph: a node type with its parameters.</summary>
public sealed record WorkflowNode
{
    /// <summary>Unique in the workflow: <c>[A-Za-z_][A-Za-z0-9_-]{0,62}</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Node type of the catalog.</summary>
    public required string Type { get; init; }

    /// <summary>Parameters, with expressions in texts. Not changed by anyone. Default none.</summary>
    public JsonObject Params { get; init; } = [];

    /// <summary>Place on the canvas, or null (default).</summary>
    public NodePosition? Position { get; init; }

    /// <summary>What happens after a failed attempt; null (default) for one attempt.</summary>
    public RetryPolicy? Retry { get; init; }

    /// <summary>Longest time for one attempt, above zero and at most 30 days; null (default) for none.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Free text of the author. Default empty.</summary>
    public string Notes { get; init; } = "";
}

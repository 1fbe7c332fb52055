using System.Text.Json.Nodes;
using EasyQuant.Data;

namespace EasyQuant.Flow;

/// <summary>What travels along an edge: nothing, a JSON value, a table, or a reference to a table that is stored as an artifact. Values are shared, so nobody may change a JSON value after handing it over.</summary>
public readonly struct NodeValue
{
    private readonly object? _value;
    private readonly Kind _kind;

    private NodeValue(object? value, Kind kind)
    {
        _value = value;
        _kind = kind;
    }

    private enum Kind : byte
    {
        Empty,
        Json,
        Table,
        Artifact,
        Skipped,
    }

    /// <summary>The value of an output that a Branch left out.</summary>
    public static NodeValue Skipped => new(null, Kind.Skipped);

    /// <summary>Whether nothing was set (also true for a skipped output).</summary>
    public bool IsEmpty => _kind is Kind.Empty or Kind.Skipped;

    /// <summary>Whether the output was skipped on purpose.</summary>
    public bool IsSkipped => _kind == Kind.Skipped;

    /// <summary>Whether this is a table at hand.</summary>
    public bool IsTable => _kind == Kind.Table;

    /// <summary>Whether this is a JSON value (null included).</summary>
    public bool IsJson => _kind == Kind.Json;

    /// <summary>Whether this is a stored table that has not been loaded.</summary>
    public bool IsArtifact => _kind == Kind.Artifact;

    /// <summary>Wraps a table.</summary>
    public static NodeValue FromTable(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return new NodeValue(table, Kind.Table);
    }

    /// <summary>Wraps a JSON value; null means JSON null.</summary>
    public static NodeValue FromJson(JsonNode? json) => new(json, Kind.Json);

    /// <summary>Wraps a reference to a stored table.</summary>
    public static NodeValue FromArtifact(ArtifactRef artifact)
    {
        ArgumentNullException.ThrowIfNull(artifact);
        return new NodeValue(artifact, Kind.Artifact);
    }

    /// <summary>Returns the table.</summary>
    /// <exception cref="InvalidOperationException">The value is not a table.</exception>
    public Table AsTable() => _kind == Kind.Table
        ? (Table)_value!
        : throw new InvalidOperationException($"Expected a table, got {Describe()}.");

    /// <summary>Returns the JSON value.</summary>
    /// <exception cref="InvalidOperationException">The value is not JSON.</exception>
    public JsonNode? AsJson() => _kind == Kind.Json
        ? (JsonNode?)_value
        : throw new InvalidOperationException($"Expected a JSON value, got {Describe()}.");

    /// <summary>Returns the reference to the stored table.</summary>
    /// <exception cref="InvalidOperationException">The value is not a stored table.</exception>
    public ArtifactRef AsArtifact() => _kind == Kind.Artifact
        ? (ArtifactRef)_value!
        : throw new InvalidOperationException($"Expected a stored table, got {Describe()}.");

    /// <summary>Returns a word for error messages: <c>nothing</c>, <c>a JSON value</c>, <c>a table</c>.</summary>
    public string Describe() => _kind switch
    {
        Kind.Json => "a JSON value",
        Kind.Table => "a table",
        Kind.Artifact => "a stored table",
        Kind.Skipped => "a skipped output",
        _ => "nothing",
    };
}

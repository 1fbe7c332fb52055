namespace EasyQuant.Flow;

/// <summary>What the author of a node writes down; the parameters' schema is generated from the parameter record when the node is added to a catalog.</summary>
public sealed record NodeDefinitionTemplate
{
    /// <summary>Name of the node type in workflow JSON, for example <c>CsvLoader</c>; <c>[A-Za-z][A-Za-z0-9]*</c>, at most 63 characters.</summary>
    public required string Type { get; init; }

    /// <summary>Short name for people.</summary>
    public required LocalizedText Title { get; init; }

    /// <summary>Group in the palette: <c>data</c>, <c>trading</c>, <c>control</c>, <c>messaging</c>.</summary>
    public required string Category { get; init; }

    /// <summary>Icon name of the web page's icon set, for example <c>table</c>.</summary>
    public required string Icon { get; init; }

    /// <summary>One or two sentences for people: what it does with its inputs.</summary>
    public required LocalizedText Description { get; init; }

    /// <summary>Input ports in the order of their indexes. Default none.</summary>
    public IReadOnlyList<PortDefinition> Inputs { get; init; } = [];

    /// <summary>Output ports in the order of their indexes. Default none.</summary>
    public IReadOnlyList<PortDefinition> Outputs { get; init; } = [];

    /// <summary>Kind of connection the node cannot run without, for example <c>postgresql</c>; null (default) when none.</summary>
    public string? ConnectionRequired { get; init; }

    /// <summary>Whether the node changes something outside the run (a database, a file). The outputs of earlier steps are made durable before such a node starts. Default false.</summary>
    public bool HasEffects { get; init; }

    /// <summary>What the node can be in the chain of a process group; its handler then is an <see cref="IStreamSource"/>, <see cref="IStreamTransform"/> or <see cref="IStreamSink"/>. Default none.</summary>
    public StreamRole StreamRole { get; init; }
}

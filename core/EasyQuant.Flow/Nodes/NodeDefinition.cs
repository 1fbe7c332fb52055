using System.Text.Json.Nodes;

namespace EasyQuant.Flow;

/// <summary>Everything a form, a validator or a palette needs to know about a node type. Immutable; the schema must not be changed.</summary>
public sealed record NodeDefinition
{
    /// <summary>Name of the node type in workflow JSON, unique in a catalog.</summary>
    public required string Type { get; init; }

    /// <summary>Short name for people.</summary>
    public required LocalizedText Title { get; init; }

    /// <summary>Group in the palette.</summary>
    public required string Category { get; init; }

    /// <summary>Icon name of the web page's icon set.</summary>
    public required string Icon { get; init; }

    /// <summary>One or two sentences for people.</summary>
    public required LocalizedText Description { get; init; }

    /// <summary>Input ports; a port's place in the list is its index.</summary>
    public IReadOnlyList<PortDefinition> Inputs { get; init; } = [];

    /// <summary>Output ports; a port's place in the list is its index.</summary>
    public IReadOnlyList<PortDefinition> Outputs { get; init; } = [];

    /// <summary>JSON Schema of the parameters, with exactly the keywords that <see cref="SchemaValidator"/> checks.</summary>
    public required JsonObject ParametersSchema { get; init; }

    /// <summary>Kind of connection the node cannot run without; null when none.</summary>
    public string? ConnectionRequired { get; init; }

    /// <summary>Whether the node changes something outside the run.</summary>
    public bool HasEffects { get; init; }

    /// <summary>What the node can be in the chain of a process group. Default: nothing, it runs in workflows only.</summary>
    public StreamRole StreamRole { get; init; }

    /// <summary>Returns the index of the input named <paramref name="port"/>, or -1.</summary>
    public int InputIndex(string port) => IndexOf(Inputs, port);

    /// <summary>Returns the index of the output named <paramref name="port"/>, or -1.</summary>
    public int OutputIndex(string port) => IndexOf(Outputs, port);

    private static int IndexOf(IReadOnlyList<PortDefinition> ports, string name)
    {
        for (int i = 0; i < ports.Count; i++)
        {
            if (string.Equals(ports[i].Name, name, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }
}

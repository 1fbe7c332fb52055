using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace EasyQuant.Flow;

/// <summary>
/// The node types of a process with the code that makes their handlers. Fill it at start, then share it: reading is thread-safe. The schema of a type is made when
/// it is first looked at: a process that serves a few types does not pay for all.
/// </summary>
public sealed class NodeCatalog : INodeDefinitions
{
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private NodeDefinition[]? _sorted;

    /// <summary>All definitions, sorted by type name.</summary>
    /// <exception cref="NotSupportedException">The parameters of a type have a shape that <see cref="ParameterSchema"/> does not know.</exception>
    public IReadOnlyList<NodeDefinition> Definitions =>
        _sorted ??= [.. _entries.Values.Select(e => e.Definition.Value).OrderBy(d => d.Type, StringComparer.Ordinal)];

    /// <summary>Names of all types, sorted. Unlike <see cref="Definitions"/> it makes no schema.</summary>
    public IReadOnlyList<string> Types => [.. _entries.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Adds a node type.</summary>
    /// <typeparam name="TParameters">Record of the parameters; <see cref="ParameterSchema"/> says which shapes it may have.</typeparam>
    /// <param name="template">What the author wrote down.</param>
    /// <param name="create">Makes a handler with bound parameters. Throws <see cref="NodeException"/> with reason <c>PARAMETER_OUT_OF_RANGE</c> when parameters contradict each other.</param>
    /// <exception cref="ArgumentException">The type exists already, or two ports have one name.</exception>
    public void Add<TParameters>(NodeDefinitionTemplate template, Func<TParameters, INodeHandler> create)
        where TParameters : class
    {
        ArgumentNullException.ThrowIfNull(template);
        CheckPorts(template.Type, template.Inputs);
        CheckPorts(template.Type, template.Outputs);
        var definition = new Lazy<NodeDefinition>(() => new NodeDefinition
        {
            Type = template.Type,
            Title = template.Title,
            Category = template.Category,
            Icon = template.Icon,
            Description = template.Description,
            Inputs = template.Inputs,
            Outputs = template.Outputs,
            ConnectionRequired = template.ConnectionRequired,
            HasEffects = template.HasEffects,
            StreamRole = template.StreamRole,
            ParametersSchema = ParameterSchema.For<TParameters>(),
        });
        var info = new Lazy<JsonTypeInfo<TParameters>>(() => (JsonTypeInfo<TParameters>)ParameterJson.Options.GetTypeInfo(typeof(TParameters)));
        if (!_entries.TryAdd(template.Type, new Entry(definition, parameters => create(Bind(info.Value, parameters)))))
        {
            throw new ArgumentException($"The node type '{template.Type}' exists already.", nameof(template));
        }

        _sorted = null;
    }

    /// <summary>Finds a definition by its type name.</summary>
    public bool TryGetDefinition(string type, [NotNullWhen(true)] out NodeDefinition? definition)
    {
        definition = _entries.GetValueOrDefault(type)?.Definition.Value;
        return definition is not null;
    }

    /// <summary>Makes a handler from parameters without expressions.</summary>
    /// <param name="type">Node type.</param>
    /// <param name="boundParameters">Parameters that the schema accepts.</param>
    /// <exception cref="NodeException"><c>UNKNOWN_NODE_TYPE</c>; <c>PARAMETER_TYPE</c> or another reason when the parameters are refused.</exception>
    public INodeHandler Create(string type, JsonObject boundParameters) =>
        _entries.TryGetValue(type, out Entry? entry)
            ? entry.Create(boundParameters)
            : throw new NodeException("UNKNOWN_NODE_TYPE", $"There is no node type '{type}'.");

    private static T Bind<T>(JsonTypeInfo<T> info, JsonObject parameters)
        where T : class
    {
        try
        {
            return parameters.Deserialize(info) ?? throw new NodeException("PARAMETER_TYPE", "The parameters are null.");
        }
        catch (JsonException e)
        {
            throw new NodeException("PARAMETER_TYPE", $"{e.Path}: {e.Message}", transient: false, e);
        }
    }

    private static void CheckPorts(string type, IReadOnlyList<PortDefinition> ports)
    {
        if (ports.Select(p => p.Name).Distinct(StringComparer.Ordinal).Count() != ports.Count)
        {
            throw new ArgumentException($"Two ports of the node type '{type}' have the same name.", nameof(ports));
        }
    }

    private sealed record Entry(Lazy<NodeDefinition> Definition, Func<JsonObject, INodeHandler> Create);
}

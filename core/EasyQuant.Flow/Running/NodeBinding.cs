using System.Text.Json.Nodes;

namespace EasyQuant.Flow;

/// <summary>Parameters of one node, bound once; those with expressions are bound again for every execution.</summary>
internal sealed class NodeBinding
{
    private readonly NodeCatalog _catalog;
    private readonly NodeDefinition _definition;
    private readonly string _nodeId;
    private readonly INodeHandler? _handler;
    private readonly KeyValuePair<string, JsonTemplate>[] _templates;

    private NodeBinding(
        NodeCatalog catalog,
        NodeDefinition definition,
        string nodeId,
        INodeHandler? handler,
        KeyValuePair<string, JsonTemplate>[] templates)
    {
        _catalog = catalog;
        _definition = definition;
        _nodeId = nodeId;
        _handler = handler;
        _templates = templates;
    }

    /// <summary>Gets the handler that needs no expression; null when every execution makes its own.</summary>
    public INodeHandler? FixedHandler => _handler;

    /// <summary>Binds parameters that a validator has accepted with expressions allowed.</summary>
    /// <exception cref="NodeException">The parameters are refused.</exception>
    public static NodeBinding Create(NodeCatalog catalog, NodeDefinition definition, string nodeId, JsonObject parameters)
    {
        var schemas = definition.ParametersSchema["properties"] as JsonObject;
        var templates = new KeyValuePair<string, JsonTemplate>[parameters.Count];
        bool isFixed = true;
        bool isUnchanged = true;
        int at = 0;
        foreach ((string name, JsonNode? value) in parameters)
        {
            if (schemas?[name] is JsonObject schema && schema.ContainsKey("x-template"))
            {
                templates[at++] = KeyValuePair.Create(name, JsonTemplate.Literal(value));
                continue;
            }

            JsonTemplate template = JsonTemplate.Compile(value);
            isFixed &= template.IsConstant;
            isUnchanged &= ReferenceEquals(template.Constant, value);
            templates[at++] = KeyValuePair.Create(name, template);
        }

        if (!isFixed)
        {
            return new NodeBinding(catalog, definition, nodeId, null, templates);
        }

        JsonObject bound = isUnchanged ? parameters : Evaluate(templates, null);
        Check(definition, nodeId, bound);
        return new NodeBinding(catalog, definition, nodeId, catalog.Create(definition.Type, bound), []);
    }

    /// <summary>Returns the handler for one execution.</summary>
    /// <exception cref="NodeException">An expression has no value, or its value is refused.</exception>
    public INodeHandler Handler(IExpressionScope scope)
    {
        if (_handler is not null)
        {
            return _handler;
        }

        JsonObject bound = Evaluate(_templates, scope);
        Check(_definition, _nodeId, bound);
        return _catalog.Create(_definition.Type, bound);
    }

    private static JsonObject Evaluate(KeyValuePair<string, JsonTemplate>[] templates, IExpressionScope? scope)
    {
        var bound = new JsonObject();
        foreach ((string name, JsonTemplate template) in templates)
        {
            bound.Add(name, (template.IsConstant ? template.Constant : template.Evaluate(scope!))?.DeepClone());
        }

        return bound;
    }

    private static void Check(NodeDefinition definition, string nodeId, JsonObject bound)
    {
        var errors = new List<FlowError>();
        SchemaValidator.Validate(definition.ParametersSchema, bound, "", nodeId, allowExpressions: false, errors);
        if (errors.Count > 0)
        {
            throw new NodeException(errors[0].Reason, $"Parameter {errors[0].Pointer} of node '{nodeId}': {errors[0].Message}");
        }
    }
}

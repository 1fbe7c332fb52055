using System.Text.Json.Nodes;

namespace EasyQuant.Flow;

/// <summary>A definition with all names resolved to indexes; made with every error noted on the way. Nothing here recurses over the graph.</summary>
internal sealed class GraphModel
{
    private readonly WorkflowDefinition _definition;
    private readonly FlowErrorList _errors;
    private readonly Dictionary<string, int> _index;
    private readonly List<FlowExpression> _found = [];
    private readonly HashSet<PortRef> _failedTargets = [];
    private readonly HashSet<string> _inputNames = new(StringComparer.Ordinal);

    private GraphModel(WorkflowDefinition definition, FlowErrorList errors)
    {
        _definition = definition;
        _errors = errors;
        _index = new Dictionary<string, int>(definition.Nodes.Count, StringComparer.Ordinal);
        Types = new NodeDefinition?[definition.Nodes.Count];
        Sources = new PortRef[definition.Nodes.Count][];
        Reads = new List<PortRef>?[definition.Nodes.Count];
        Outputs = new PortRef[definition.Outputs.Count];
    }

    /// <summary>Gets the type of each node; null where it is unknown.</summary>
    public NodeDefinition?[] Types { get; }

    /// <summary>Gets where each input port of each node comes from.</summary>
    public PortRef[][] Sources { get; }

    /// <summary>Gets the outputs that expressions of each node read; port -1 stands for the count of rows.</summary>
    public List<PortRef>?[] Reads { get; }

    /// <summary>Gets where each declared output comes from.</summary>
    public PortRef[] Outputs { get; }

    /// <summary>Gets the nodes in the order in which they run; empty when there is a cycle.</summary>
    public int[] Order { get; private set; } = [];

    public IReadOnlyDictionary<string, int> Index => _index;

    public static GraphModel Build(WorkflowDefinition definition, INodeDefinitions catalog, FlowErrorList errors)
    {
        var model = new GraphModel(definition, errors);
        if (!model.CheckLimits())
        {
            return model;
        }

        model.CheckHead();
        model.ResolveNodes(catalog);
        model.ResolveEdges();
        model.CheckParameters();
        model.ResolveOutputs();
        model.Order = GraphOrder.Compute(definition, model, errors);
        return model;
    }

    private bool CheckLimits()
    {
        bool isWithin = true;
        isWithin &= Within("nodes", _definition.Nodes.Count, FlowLimits.NodesMax);
        isWithin &= Within("edges", _definition.Edges.Count, FlowLimits.EdgesMax);
        isWithin &= Within("inputs", _definition.Inputs.Count, FlowLimits.PortsMax);
        isWithin &= Within("outputs", _definition.Outputs.Count, FlowLimits.PortsMax);
        return isWithin;
    }

    private bool Within(string what, int count, int countMax)
    {
        if (count <= countMax)
        {
            return true;
        }

        _errors.Add("LIMIT_EXCEEDED", null, $"/{what}", $"A workflow may have {countMax} {what}, this one has {count}.");
        return false;
    }

    private void CheckHead()
    {
        if (!FlowNames.IsName(_definition.Name))
        {
            _errors.Add("NAME_INVALID", null, "/name", $"A workflow's name matches [a-z0-9][a-z0-9._-]{{0,62}}, got \"{Cut(_definition.Name)}\".");
        }

        for (int i = 0; i < _definition.Inputs.Count; i++)
        {
            WorkflowInput input = _definition.Inputs[i];
            CheckIdentifier(input.Name, _inputNames, $"/inputs/{i}/name", "input");
            if (!InputChecks.IsType(input.Type))
            {
                _errors.Add("INPUT_TYPE", null, $"/inputs/{i}/type", $"An input is string, integer, number, boolean, array, object or any, not '{Cut(input.Type)}'.");
            }
            else if (input.HasDefault && input.Default is not null && !InputChecks.IsOfType(input.Default, input.Type))
            {
                _errors.Add("INPUT_TYPE", null, $"/inputs/{i}/default", $"The default is {SchemaValidator.TypeOf(input.Default)}, the input {input.Type}.");
            }

            if (input.Required && input.HasDefault)
            {
                _errors.Add("INPUT_TYPE", null, $"/inputs/{i}/required", $"Input '{Cut(input.Name)}' has a default, so it cannot be required.");
            }
        }
    }

    private void ResolveNodes(INodeDefinitions catalog)
    {
        for (int i = 0; i < _definition.Nodes.Count; i++)
        {
            WorkflowNode node = _definition.Nodes[i];
            Sources[i] = [];
            if (!FlowNames.IsIdentifier(node.Id))
            {
                _errors.Add("NAME_INVALID", node.Id, $"/nodes/{i}/id", $"A node's id matches [A-Za-z_][A-Za-z0-9_-]{{0,62}}, got \"{Cut(node.Id)}\".");
            }
            else if (!_index.TryAdd(node.Id, i))
            {
                _errors.Add("DUPLICATE_NODE_ID", node.Id, $"/nodes/{i}/id", $"Node {_index[node.Id]} has the id '{node.Id}' already.");
            }

            if (catalog.TryGetDefinition(node.Type, out NodeDefinition? type))
            {
                Types[i] = type;
                Sources[i] = new PortRef[type.Inputs.Count];
                Array.Fill(Sources[i], PortRef.None);
            }
            else
            {
                _errors.Add("UNKNOWN_NODE_TYPE", node.Id, $"/nodes/{i}/type", $"There is no node type '{Cut(node.Type)}'.");
            }

            CheckPolicy(node, i);
        }
    }

    private void CheckPolicy(WorkflowNode node, int i)
    {
        if (node.Timeout is { } timeout && (timeout <= TimeSpan.Zero || timeout > TimeSpan.FromDays(30)))
        {
            _errors.Add("PARAMETER_OUT_OF_RANGE", node.Id, $"/nodes/{i}/timeout", $"A timeout is above 0 s and at most 30 days, got {DurationText.Format(timeout)}.");
        }

        if (node.Retry is not { } retry)
        {
            return;
        }

        if (retry.MaxAttempts is < 1 or > 100)
        {
            _errors.Add("PARAMETER_OUT_OF_RANGE", node.Id, $"/nodes/{i}/retry/maxAttempts", $"Attempts are 1 to 100, got {retry.MaxAttempts}.");
        }

        if (!(retry.Backoff is >= 1 and <= 10))
        {
            _errors.Add("PARAMETER_OUT_OF_RANGE", node.Id, $"/nodes/{i}/retry/backoff", "The back-off factor is 1 to 10.");
        }

        if (retry.Delay < TimeSpan.Zero || retry.Delay > TimeSpan.FromHours(1) || retry.MaxDelay < TimeSpan.Zero || retry.MaxDelay > TimeSpan.FromHours(1))
        {
            _errors.Add("PARAMETER_OUT_OF_RANGE", node.Id, $"/nodes/{i}/retry/delay", "Delays are 0 s to 3600 s.");
        }
    }

    private void ResolveEdges()
    {
        for (int i = 0; i < _definition.Edges.Count && !_errors.IsFull; i++)
        {
            WorkflowEdge edge = _definition.Edges[i];
            PortRef from = Resolve(edge.From, $"/edges/{i}/from", isInput: false);
            PortRef to = Resolve(edge.To, $"/edges/{i}/to", isInput: true);
            if (from.IsNone || to.IsNone)
            {
                // The edge was reported; the port it leads to is not missing a connection as well.
                _failedTargets.Add(to);
                continue;
            }

            PortDefinition source = Types[from.Node]!.Outputs[from.Port];
            PortDefinition target = Types[to.Node]!.Inputs[to.Port];
            string nodeId = _definition.Nodes[to.Node].Id;
            if (source.Type != target.Type)
            {
                _errors.Add("PORT_TYPE_MISMATCH", nodeId, $"/edges/{i}", $"'{edge.From}' gives {source.Type}, '{edge.To}' takes {target.Type}.");
            }
            else if (!Sources[to.Node][to.Port].IsNone)
            {
                _errors.Add("PORT_ALREADY_CONNECTED", nodeId, $"/edges/{i}/to", $"An input takes one edge; '{edge.To}' has one already.");
                continue;
            }

            Sources[to.Node][to.Port] = from;
        }

        for (int i = 0; i < _definition.Nodes.Count; i++)
        {
            for (int port = 0; port < Sources[i].Length; port++)
            {
                PortDefinition definition = Types[i]!.Inputs[port];
                if (definition.Required && Sources[i][port].IsNone && !_failedTargets.Contains(new PortRef(i, port)))
                {
                    _errors.Add("MISSING_INPUT", _definition.Nodes[i].Id, $"/nodes/{i}", $"The input '{definition.Name}' of node '{_definition.Nodes[i].Id}' is not connected.");
                }
            }
        }
    }

    private PortRef Resolve(string text, string pointer, bool isInput)
    {
        if (!FlowNames.TrySplitPort(text, out string nodeId, out string port))
        {
            _errors.Add("UNKNOWN_PORT", null, pointer, $"Expected \"node.port\", got \"{Cut(text)}\".");
            return PortRef.None;
        }

        if (!_index.TryGetValue(nodeId, out int node))
        {
            _errors.Add("UNKNOWN_NODE", nodeId, pointer, $"There is no node '{Cut(nodeId)}'.");
            return PortRef.None;
        }

        if (Types[node] is not { } type)
        {
            return PortRef.None;
        }

        int index = isInput ? type.InputIndex(port) : type.OutputIndex(port);
        if (index < 0)
        {
            IEnumerable<string> known = (isInput ? type.Inputs : type.Outputs).Select(p => p.Name);
            _errors.Add("UNKNOWN_PORT", nodeId, pointer, $"'{type.Type}' has no {(isInput ? "input" : "output")} '{Cut(port)}'; known: {string.Join(", ", known)}.");
            return PortRef.None;
        }

        return new PortRef(node, index);
    }

    private void CheckParameters()
    {
        for (int i = 0; i < _definition.Nodes.Count && !_errors.IsFull; i++)
        {
            if (Types[i] is not { } type)
            {
                continue;
            }

            WorkflowNode node = _definition.Nodes[i];
            string pointer = $"/nodes/{i}/params";
            int before = _errors.Count;
            SchemaValidator.Validate(type.ParametersSchema, node.Params, pointer, node.Id, allowExpressions: true, _errors);
            if (_errors.Count == before && HasExpression(node.Params))
            {
                CheckExpressions(i, node, type, pointer);
            }
        }
    }

    private void CheckExpressions(int nodeIndex, WorkflowNode node, NodeDefinition type, string pointer)
    {
        var schemas = type.ParametersSchema["properties"] as JsonObject;
        foreach ((string name, JsonNode? value) in node.Params)
        {
            bool hasItem = schemas?[name] is JsonObject schema && schema.ContainsKey("x-template");
            _found.Clear();
            JsonTemplate.Compile(value, []).CollectExpressions(_found);
            foreach (FlowExpression expression in _found)
            {
                CheckExpression(nodeIndex, node.Id, expression, hasItem, $"{pointer}/{JsonPointer.Escape(name)}");
            }
        }
    }

    private void CheckExpression(int nodeIndex, string nodeId, FlowExpression expression, bool hasItem, string pointer)
    {
        switch (expression.Root)
        {
            case ExpressionRoot.Inputs when expression.Name.Length > 0 && !_inputNames.Contains(expression.Name):
                _errors.Add("EXPRESSION_INVALID", nodeId, pointer, $"${{{expression.Text}}}: the workflow declares no input '{expression.Name}'.");
                break;
            case ExpressionRoot.Item when !hasItem:
                _errors.Add("EXPRESSION_INVALID", nodeId, pointer, $"${{{expression.Text}}}: there is no item in this parameter.");
                break;
            case ExpressionRoot.Nodes:
                CheckNodeExpression(nodeIndex, nodeId, expression, pointer);
                break;
            default:
                break;
        }
    }

    private void CheckNodeExpression(int nodeIndex, string nodeId, FlowExpression expression, string pointer)
    {
        if (!_index.TryGetValue(expression.Name, out int source))
        {
            _errors.Add("UNKNOWN_NODE", nodeId, pointer, $"${{{expression.Text}}}: there is no node '{expression.Name}'.");
            return;
        }

        if (Types[source] is not { } type)
        {
            return;
        }

        int port = type.OutputIndex(expression.Member);
        if (port < 0 && expression.Member != "rows")
        {
            _errors.Add("UNKNOWN_PORT", nodeId, pointer, $"${{{expression.Text}}}: '{type.Type}' has no output '{expression.Member}'; known: rows, {string.Join(", ", type.Outputs.Select(p => p.Name))}.");
            return;
        }

        (Reads[nodeIndex] ??= []).Add(new PortRef(source, port));
    }

    private void ResolveOutputs()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < _definition.Outputs.Count; i++)
        {
            WorkflowOutput output = _definition.Outputs[i];
            CheckIdentifier(output.Name, names, $"/outputs/{i}/name", "output");
            Outputs[i] = Resolve(output.From, $"/outputs/{i}/from", isInput: false);
        }
    }

    private void CheckIdentifier(string name, HashSet<string> names, string pointer, string what)
    {
        if (!FlowNames.IsIdentifier(name))
        {
            _errors.Add("NAME_INVALID", null, pointer, $"The name of an {what} matches [A-Za-z_][A-Za-z0-9_-]{{0,62}}, got \"{Cut(name)}\".");
        }
        else if (!names.Add(name))
        {
            _errors.Add("NAME_INVALID", null, pointer, $"Two {what}s are named '{name}'.");
        }
    }

    private static bool HasExpression(JsonNode? value) => value switch
    {
        JsonObject obj => obj.Any(p => HasExpression(p.Value)),
        JsonArray array => array.Any(HasExpression),
        JsonValue plain => plain.TryGetValue(out string? text) && TextTemplate.HasMarker(text),
        _ => false,
    };

    private static string Cut(string text) => text.Length <= 80 ? text : text[..80] + "...";
}

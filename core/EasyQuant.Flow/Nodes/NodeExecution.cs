using System.Text.Json.Nodes;
using EasyQuant.Data;

namespace EasyQuant.Flow;

/// <summary>
/// One execution of a node: its inputs, its outputs, its surroundings. Reused between executions of a warm graph, so a handler must not keep it.
/// Reading is thread-safe; outputs are set by one thread.
/// </summary>
public sealed class NodeExecution : IExpressionScope
{
    private readonly NodeValue[] _inputs;
    private readonly NodeValue[] _outputs;
    private IExpressionScope? _scope;

    internal NodeExecution(string nodeId, NodeDefinition definition)
    {
        NodeId = nodeId;
        Definition = definition;
        _inputs = definition.Inputs.Count == 0 ? [] : new NodeValue[definition.Inputs.Count];
        _outputs = definition.Outputs.Count == 0 ? [] : new NodeValue[definition.Outputs.Count];
    }

    /// <summary>Id of the node in its workflow.</summary>
    public string NodeId { get; }

    /// <summary>Type of the node.</summary>
    public NodeDefinition Definition { get; }

    /// <summary>What the run knows about itself.</summary>
    public RunContext Run { get; internal set; } = null!;

    /// <summary>What the host lends.</summary>
    public NodeServices Services { get; internal set; } = null!;

    /// <summary>Which attempt of the step this is, counted from 1. Effects must not depend on it.</summary>
    public int Attempt { get; internal set; } = 1;

    /// <summary>Names the effect of this step for ever: run, item path and node, without the attempt.</summary>
    public string EffectKey
    {
        get
        {
            string root = Run.EffectRunId.Length == 0 ? Run.RunId : Run.EffectRunId;
            return Run.ItemPath.Length == 0 ? $"{root}/{NodeId}" : $"{root}/{Run.ItemPath}/{NodeId}";
        }
    }

    /// <summary>
    /// Cancelled when the run is to rest. A node that takes long may stop early: it throws <see cref="OperationCanceledException"/> with this token, and the
    /// step starts again when the run goes on. Never cancelled inside a sub-workflow.
    /// </summary>
    public CancellationToken PauseToken { get; private set; }

    internal StepMetrics Metrics { get; set; }

    internal IRunObserver? Observer { get; set; }

    internal NodeValue[] Inputs => _inputs;

    internal NodeValue[] Outputs => _outputs;

    /// <summary>Whether a value came in at the port.</summary>
    /// <exception cref="ArgumentException">There is no such port.</exception>
    public bool HasInput(string port) => HasInput(InputIndex(port));

    /// <summary>Whether a value came in at the port with this index.</summary>
    public bool HasInput(int port) => !_inputs[port].IsEmpty;

    /// <summary>Returns the value at the port; empty when none came.</summary>
    public NodeValue Input(int port) => _inputs[port];

    /// <summary>Returns the value at the port; empty when none came.</summary>
    public NodeValue Input(string port) => _inputs[InputIndex(port)];

    /// <summary>Returns the table at the port.</summary>
    /// <exception cref="NodeException"><c>MISSING_INPUT</c>: nothing came, or it was skipped.</exception>
    public Table InputTable(string port) => InputTable(InputIndex(port));

    /// <summary>Returns the table at the port with this index.</summary>
    /// <exception cref="NodeException"><c>MISSING_INPUT</c>: nothing came, or it was skipped.</exception>
    public Table InputTable(int port) => _inputs[port].IsTable ? _inputs[port].AsTable() : throw Missing(port);

    /// <summary>Returns the JSON value at the port; do not change it.</summary>
    /// <exception cref="NodeException"><c>MISSING_INPUT</c>: nothing came, or it was skipped.</exception>
    public JsonNode? InputJson(string port) => InputJson(InputIndex(port));

    /// <summary>Returns the JSON value at the port with this index; do not change it.</summary>
    /// <exception cref="NodeException"><c>MISSING_INPUT</c>: nothing came, or it was skipped.</exception>
    public JsonNode? InputJson(int port) => _inputs[port].IsJson ? _inputs[port].AsJson() : throw Missing(port);

    /// <summary>Sets an output to a table.</summary>
    public void SetOutput(string port, Table table) => SetOutput(OutputIndex(port), table);

    /// <summary>Sets an output to a table, by port index.</summary>
    /// <exception cref="ArgumentException">The port carries JSON.</exception>
    public void SetOutput(int port, Table table)
    {
        CheckOutput(port, PortType.Table);
        _outputs[port] = NodeValue.FromTable(table);
    }

    /// <summary>Sets an output to a JSON value, which nobody may change afterwards.</summary>
    public void SetOutput(string port, JsonNode? json) => SetOutput(OutputIndex(port), json);

    /// <summary>Sets an output to a JSON value, by port index.</summary>
    /// <exception cref="ArgumentException">The port carries tables.</exception>
    public void SetOutput(int port, JsonNode? json)
    {
        CheckOutput(port, PortType.Json);
        _outputs[port] = NodeValue.FromJson(json);
    }

    /// <summary>Leaves an output out: steps that depend on skipped outputs alone are skipped. An output that is never set is skipped too.</summary>
    public void SkipOutput(string port) => SkipOutput(OutputIndex(port));

    /// <summary>Leaves an output out, by port index.</summary>
    public void SkipOutput(int port) => _outputs[port] = NodeValue.Skipped;

    /// <summary>Adds to the counts of this step.</summary>
    public void Report(StepMetrics delta) => Metrics = Metrics.Add(delta);

    /// <summary>Tells how far the step is. Thread-safe; cheap enough for every item, hosts thin it out.</summary>
    /// <param name="done">Units done.</param>
    /// <param name="total">Units in all; 0 when unknown.</param>
    /// <param name="message">One short sentence, or null.</param>
    public void Progress(long done, long total, string? message) => Observer?.OnProgress(NodeId, done, total, message);

    /// <summary>Tells how far the step is.</summary>
    /// <param name="done">Units done.</param>
    /// <param name="total">Units in all; 0 when unknown.</param>
    public void Progress(long done, long total) => Progress(done, total, null);

    /// <summary>Tells the states of items of a fan-out. Thread-safe.</summary>
    public void ReportItems(IReadOnlyList<ItemUpdate> items) => Observer?.OnItems(NodeId, items);

    /// <summary>Evaluates a template in the scope of the run, without an item.</summary>
    /// <exception cref="NodeException"><c>EXPRESSION_VALUE_MISSING</c>.</exception>
    public JsonNode? Evaluate(JsonTemplate template) => template.Evaluate(_scope ?? this);

    /// <summary>Evaluates a template for one item: <c>${item...}</c> reads it. Thread-safe.</summary>
    /// <exception cref="NodeException"><c>EXPRESSION_VALUE_MISSING</c>.</exception>
    public JsonNode? Evaluate(JsonTemplate template, JsonNode? item) => template.Evaluate(new ItemScope(_scope ?? this, item));

    JsonNode? IExpressionScope.Resolve(FlowExpression expression) => _scope is not null
        ? _scope.Resolve(expression)
        : RunScope.Resolve(expression, Run);

    internal void Begin(RunContext run, NodeServices services, IRunObserver? observer, IExpressionScope? scope, CancellationToken pauseToken)
    {
        PauseToken = pauseToken;
        Run = run;
        Services = services;
        Observer = observer;
        _scope = scope;
    }

    internal void ClearOutputs()
    {
        Array.Clear(_outputs);
        Metrics = default;
    }

    private int InputIndex(string port)
    {
        int index = Definition.InputIndex(port);
        return index >= 0 ? index : throw new ArgumentException($"The node type '{Definition.Type}' has no input '{port}'.", nameof(port));
    }

    private int OutputIndex(string port)
    {
        int index = Definition.OutputIndex(port);
        return index >= 0 ? index : throw new ArgumentException($"The node type '{Definition.Type}' has no output '{port}'.", nameof(port));
    }

    private void CheckOutput(int port, PortType type)
    {
        PortDefinition definition = Definition.Outputs[port];
        if (definition.Type != type)
        {
            throw new ArgumentException($"The output '{definition.Name}' of '{Definition.Type}' carries {definition.Type}, not {type}.", nameof(port));
        }
    }

    private NodeException Missing(int port)
    {
        PortDefinition definition = Definition.Inputs[port];
        return new NodeException(
            "MISSING_INPUT", $"The input '{definition.Name}' of node '{NodeId}' needs {definition.Type}, got {_inputs[port].Describe()}.");
    }
}

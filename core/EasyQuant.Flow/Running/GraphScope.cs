using System.Collections.Frozen;
using System.Text.Json.Nodes;
using EasyQuant.Data;

namespace EasyQuant.Flow;

/// <summary>Gives the expressions of a graph their values.</summary>
internal sealed class GraphScope : IExpressionScope
{
    private readonly IReadOnlyList<WorkflowInput> _inputs;
    private readonly FrozenDictionary<string, int>? _inputIndex;
    private readonly Dictionary<string, PreparedStep> _steps = new(StringComparer.Ordinal);
    private readonly JsonNode?[] _values;
    private RunContext _run = null!;

    public GraphScope(WorkflowDefinition definition)
    {
        _inputs = definition.Inputs;
        _values = new JsonNode?[_inputs.Count];
        _inputIndex = _inputs.Count > 8
            ? _inputs.Select((input, i) => KeyValuePair.Create(input.Name, i)).ToFrozenDictionary(StringComparer.Ordinal)
            : null;
    }

    public void Add(PreparedStep step) => _steps.Add(step.Node.Id, step);

    /// <summary>Takes the inputs of a run; values that are not given take their default.</summary>
    /// <exception cref="WorkflowInvalidException">An input is unknown, missing or of the wrong type.</exception>
    public void Begin(WorkflowDefinition definition, RunContext run)
    {
        _run = run;
        int given = 0;
        bool isRight = true;
        for (int i = 0; i < _inputs.Count; i++)
        {
            WorkflowInput input = _inputs[i];
            if (run.Inputs.TryGetValue(input.Name, out JsonNode? value))
            {
                given++;
                isRight &= value is null ? !input.Required : InputChecks.IsOfType(value, input.Type);
                _values[i] = value;
            }
            else
            {
                isRight &= !input.Required;
                _values[i] = input.Default;
            }
        }

        if (given != run.Inputs.Count || !isRight)
        {
            IReadOnlyList<FlowError> errors = InputChecks.Check(definition, run.Inputs);
            if (errors.Count > 0)
            {
                throw new WorkflowInvalidException(errors);
            }
        }
    }

    public JsonNode? Resolve(FlowExpression expression) => expression.Root switch
    {
        ExpressionRoot.Inputs => expression.Name.Length == 0 ? AllInputs() : Input(expression),
        ExpressionRoot.Nodes => Output(expression),
        _ => RunScope.Resolve(expression, _run),
    };

    private JsonNode? Input(FlowExpression expression)
    {
        if (_inputIndex is not null)
        {
            if (_inputIndex.TryGetValue(expression.Name, out int index))
            {
                return _values[index];
            }
        }
        else
        {
            for (int i = 0; i < _inputs.Count; i++)
            {
                if (_inputs[i].Name == expression.Name)
                {
                    return _values[i];
                }
            }
        }

        throw new NodeException("EXPRESSION_VALUE_MISSING", $"${{{expression.Text}}}: the workflow declares no input '{expression.Name}'.");
    }

    private JsonObject AllInputs()
    {
        var all = new JsonObject();
        for (int i = 0; i < _inputs.Count; i++)
        {
            all.Add(_inputs[i].Name, _values[i]?.DeepClone());
        }

        return all;
    }

    // A step that was skipped, or an output that it left out, reads as null.
    private JsonNode? Output(FlowExpression expression)
    {
        if (!_steps.TryGetValue(expression.Name, out PreparedStep? step))
        {
            throw new NodeException("EXPRESSION_VALUE_MISSING", $"${{{expression.Text}}}: there is no node '{expression.Name}'.");
        }

        if (step.State is not (StepState.Succeeded or StepState.Skipped))
        {
            throw new NodeException("EXPRESSION_VALUE_MISSING", $"${{{expression.Text}}}: node '{expression.Name}' has not run.");
        }

        int port = step.Definition.OutputIndex(expression.Member);
        if (port < 0)
        {
            return step.State == StepState.Skipped ? null : JsonValue.Create(step.Metrics().RowsOut);
        }

        NodeValue value = step.Execution.Outputs[port];
        return value.IsEmpty ? null : value.IsJson ? value.AsJson() : Rows(expression, value.AsTable());
    }

    private static JsonArray Rows(FlowExpression expression, Table table) => table.RowCount <= FlowLimits.ItemsMax
        ? TableJson.ToRows(table)
        : throw new NodeException(
            "LIMIT_EXCEEDED", $"${{{expression.Text}}}: an expression reads tables of at most {FlowLimits.ItemsMax} rows, this one has {table.RowCount}; connect it by an edge.");
}

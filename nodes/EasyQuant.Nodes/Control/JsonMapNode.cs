using System.Text.Json.Nodes;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Control;

/// <summary>Builds a JSON value from expressions, and picks fields of it.</summary>
public sealed class JsonMapNode : INodeHandler
{
    private readonly JsonMapParameters _parameters;

    private JsonMapNode(JsonMapParameters parameters) => _parameters = parameters;

    /// <summary>Adds the node type <c>JsonMap</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<JsonMapParameters>(
        new NodeDefinitionTemplate
        {
            Type = "JsonMap",
            Title = new LocalizedText("Map JSON", "JSON 映射"),
            Category = "control",
            Icon = "braces",
            Description = new LocalizedText(
                "Builds a JSON value from expressions, or picks fields of its input.", "用表达式构造 JSON 值，或从输入中选取字段。"),
            Inputs = [new PortDefinition("value", PortType.Json, new LocalizedText("Value", "值"), Required: false)],
            Outputs = [new PortDefinition("value", PortType.Json, new LocalizedText("Value", "值"))],
        },
        parameters => new JsonMapNode(parameters));

    /// <summary>Evaluates the value and sets the output.</summary>
    /// <exception cref="NodeException"><c>EXPRESSION_VALUE_MISSING</c>; <c>MISSING_INPUT</c> when there is neither a value nor an input.</exception>
    public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        JsonNode? input = execution.HasInput(0) ? execution.InputJson(0) : null;
        JsonNode? value = _parameters.Value is { } template
            ? (template.IsConstant ? execution.Evaluate(template) : execution.Evaluate(template, input))
            : execution.InputJson(0);
        execution.SetOutput(0, _parameters.Fields.Count == 0 ? value : Pick(value));
        return ValueTask.CompletedTask;
    }

    private JsonNode? Pick(JsonNode? value) => value switch
    {
        JsonObject obj => PickFields(obj),
        JsonArray array => new JsonArray([.. array.Select(item => item is JsonObject obj ? PickFields(obj) : item?.DeepClone())]),
        _ => value,
    };

    private JsonObject PickFields(JsonObject source)
    {
        var result = new JsonObject();
        foreach (string field in _parameters.Fields)
        {
            if (!source.TryGetPropertyValue(field, out JsonNode? member))
            {
                throw new NodeException(
                    "FIELD_MISSING", $"There is no field '{field}'; the object has {string.Join(", ", source.Select(p => p.Key).Take(20))}.");
            }

            result[field] = member?.DeepClone();
        }

        return result;
    }
}

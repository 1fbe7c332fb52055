using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Control;

/// <summary>Sends its inputs to one of two sides; steps that depend on the other side alone are skipped.</summary>
public sealed class BranchNode : INodeHandler
{
    private const int TrueValue = 0;
    private const int FalseValue = 1;
    private const int TrueTable = 2;
    private const int FalseTable = 3;

    private readonly BranchParameters _parameters;

    private BranchNode(BranchParameters parameters) => _parameters = parameters;

    /// <summary>Adds the node type <c>Branch</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<BranchParameters>(
        new NodeDefinitionTemplate
        {
            Type = "Branch",
            Title = new LocalizedText("Branch", "条件分支"),
            Category = "control",
            Icon = "split",
            Description = new LocalizedText(
                "Compares two values and passes its inputs to 'true' or to 'false'; the other side is skipped.",
                "比较两个值，把输入送到 true 或 false 一侧，另一侧被跳过。"),
            Inputs =
            [
                new PortDefinition("value", PortType.Json, new LocalizedText("Value", "值"), Required: false),
                new PortDefinition("table", PortType.Table, new LocalizedText("Table", "表"), Required: false),
            ],
            Outputs =
            [
                new PortDefinition("true", PortType.Json, new LocalizedText("True", "真")),
                new PortDefinition("false", PortType.Json, new LocalizedText("False", "假")),
                new PortDefinition("trueTable", PortType.Table, new LocalizedText("True: table", "真：表")),
                new PortDefinition("falseTable", PortType.Table, new LocalizedText("False: table", "假：表")),
            ],
        },
        parameters => new BranchNode(parameters));

    /// <summary>Compares and passes on.</summary>
    /// <exception cref="NodeException"><c>COMPARISON_TYPE</c>: the sides cannot be ordered; <c>EXPRESSION_VALUE_MISSING</c>.</exception>
    public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        JsonNode? input = execution.HasInput(0) ? execution.InputJson(0) : null;
        JsonNode? left = _parameters.Left is { } template ? execution.Evaluate(template, input) : input;
        JsonNode? right = _parameters.Right is { } other ? execution.Evaluate(other, input) : null;
        bool isTrue = Compare(left, _parameters.Operator, right);
        execution.SetOutput(isTrue ? TrueValue : FalseValue, execution.HasInput(0) ? input : JsonValue.Create(isTrue));
        execution.SkipOutput(isTrue ? FalseValue : TrueValue);
        execution.SkipOutput(isTrue ? FalseTable : TrueTable);
        if (execution.HasInput(1))
        {
            Table table = execution.InputTable(1);
            execution.SetOutput(isTrue ? TrueTable : FalseTable, table);
        }

        return ValueTask.CompletedTask;
    }

    internal static bool Compare(JsonNode? left, BranchOperator comparison, JsonNode? right) => comparison switch
    {
        BranchOperator.Equal => AreEqual(left, right),
        BranchOperator.NotEqual => !AreEqual(left, right),
        BranchOperator.Less => Order(left, right) < 0,
        BranchOperator.LessOrEqual => Order(left, right) <= 0,
        BranchOperator.Greater => Order(left, right) > 0,
        BranchOperator.GreaterOrEqual => Order(left, right) >= 0,
        BranchOperator.Contains => Contains(left, right),
        BranchOperator.IsEmpty => IsEmpty(left),
        _ => IsTrue(left),
    };

    private static bool AreEqual(JsonNode? left, JsonNode? right) =>
        Number(left) is { } a && Number(right) is { } b ? a == b : JsonNode.DeepEquals(left, right);

    private static int Order(JsonNode? left, JsonNode? right)
    {
        if (Number(left) is { } a && Number(right) is { } b)
        {
            return a.CompareTo(b);
        }

        if (Text(left) is { } x && Text(right) is { } y)
        {
            return string.CompareOrdinal(x, y);
        }

        throw new NodeException(
            "COMPARISON_TYPE", $"Two numbers or two texts can be ordered, got {left?.ToJsonString() ?? "null"} and {right?.ToJsonString() ?? "null"}.");
    }

    private static bool Contains(JsonNode? left, JsonNode? right) => left switch
    {
        JsonArray array => array.Any(item => AreEqual(item, right)),
        _ when Text(left) is { } text && Text(right) is { } part => text.Contains(part, StringComparison.Ordinal),
        _ => throw new NodeException("COMPARISON_TYPE", "'contains' needs a list, or two texts."),
    };

    private static bool IsEmpty(JsonNode? value) => value switch
    {
        null => true,
        JsonArray array => array.Count == 0,
        JsonObject obj => obj.Count == 0,
        _ => Text(value) is { Length: 0 },
    };

    private static bool IsTrue(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => Number(value) != 0,
        _ => !IsEmpty(value),
    };

    private static double? Number(JsonNode? value) => value is JsonValue plain && plain.GetValueKind() == JsonValueKind.Number
        ? double.Parse(plain.ToJsonString(), CultureInfo.InvariantCulture)
        : null;

    private static string? Text(JsonNode? value) => value is JsonValue plain && plain.TryGetValue(out string? text) ? text : null;
}

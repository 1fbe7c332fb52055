using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Trading;

/// <summary>
/// Makes all combinations of parameter values as an array of objects. The first member varies slowest, values keep their order, ranges
/// are exact decimals: the same parameters always give the same array.
/// </summary>
public sealed class ParamGridNode : INodeHandler
{
    /// <summary>Largest number of combinations.</summary>
    public const int CombinationsMax = 100_000;

    private readonly ParamGridParameters _parameters;

    private ParamGridNode(ParamGridParameters parameters) => _parameters = parameters;

    /// <summary>Adds the node type <c>ParamGrid</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<ParamGridParameters>(
        new NodeDefinitionTemplate
        {
            Type = "ParamGrid",
            Title = new LocalizedText("Parameter grid", "参数网格"),
            Category = "trading",
            Icon = "grid",
            Description = new LocalizedText(
                "Makes all combinations of parameter values, for a fan-out.", "生成参数取值的全部组合，用于批量展开。"),
            Outputs = [new PortDefinition("items", PortType.Json, new LocalizedText("Combinations", "参数组合"))],
        },
        parameters => new ParamGridNode(parameters));

    /// <summary>Makes the combinations.</summary>
    /// <exception cref="NodeException"><c>PARAMETER_TYPE</c>, <c>PARAMETER_OUT_OF_RANGE</c> or <c>LIMIT_EXCEEDED</c>.</exception>
    public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        if (execution.Evaluate(_parameters.Values) is not JsonObject axes || axes.Count == 0)
        {
            throw new NodeException("PARAMETER_TYPE", "'values' must be an object with at least one member.");
        }

        (string Name, IReadOnlyList<JsonNode?> Values)[] grid = [.. axes.Select(axis => (axis.Key, ValuesOf(axis.Key, axis.Value)))];
        long count = 1;
        foreach ((string name, IReadOnlyList<JsonNode?> values) in grid)
        {
            count *= values.Count;
            if (count > CombinationsMax)
            {
                throw new NodeException("LIMIT_EXCEEDED", $"With '{name}' there are more than {CombinationsMax} combinations.");
            }
        }

        execution.SetOutput(0, Combine(grid, (int)count, cancellationToken));
        execution.Report(new StepMetrics(0, count));
        return ValueTask.CompletedTask;
    }

    private static JsonArray Combine(
        (string Name, IReadOnlyList<JsonNode?> Values)[] grid, int count, CancellationToken cancellationToken)
    {
        JsonArray items = [];
        int[] position = new int[grid.Length];
        for (int i = 0; i < count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            JsonObject item = [];
            for (int axis = 0; axis < grid.Length; axis++)
            {
                item[grid[axis].Name] = grid[axis].Values[position[axis]]?.DeepClone();
            }

            items.Add(item);
            for (int axis = grid.Length - 1; axis >= 0 && ++position[axis] == grid[axis].Values.Count; axis--)
            {
                position[axis] = 0;
            }
        }

        return items;
    }

    private static IReadOnlyList<JsonNode?> ValuesOf(string name, JsonNode? node) => node switch
    {
        JsonArray { Count: 0 } => throw new NodeException("PARAMETER_OUT_OF_RANGE", $"The list '{name}' is empty."),
        JsonArray list => [.. list],
        JsonObject range => Range(name, range),
        _ => [node],
    };

    private static List<JsonNode?> Range(string name, JsonObject range)
    {
        foreach ((string member, JsonNode? _) in range)
        {
            if (member is not ("from" or "to" or "step"))
            {
                throw new NodeException("UNKNOWN_PARAMETER", $"The range '{name}' has an unknown member '{member}'; expected from, to, step.");
            }
        }

        decimal from = Number(name, range, "from", null);
        decimal to = Number(name, range, "to", null);
        decimal step = Number(name, range, "step", 1);
        if (step <= 0 || to < from)
        {
            throw new NodeException(
                "PARAMETER_OUT_OF_RANGE",
                string.Create(CultureInfo.InvariantCulture, $"The range '{name}' needs step > 0 and from <= to, got from {from} to {to} step {step}."));
        }

        if ((to - from) / step >= CombinationsMax)
        {
            throw new NodeException("LIMIT_EXCEEDED", $"The range '{name}' has more than {CombinationsMax} values.");
        }

        List<JsonNode?> values = [];
        for (decimal value = from; value <= to; value += step)
        {
            // Without trailing zeros, so that 0.10 and 0.1 give the same bytes.
            values.Add(JsonValue.Create(value / 1.0000000000000000000000000000m));
        }

        return values;
    }

    private static decimal Number(string name, JsonObject range, string member, decimal? standard)
    {
        JsonNode? node = range[member];
        if (node is null && standard is { } value)
        {
            return value;
        }

        string? text = node?.GetValueKind() switch
        {
            JsonValueKind.Number => node.ToJsonString(),
            JsonValueKind.String => node.GetValue<string>(),
            _ => null,
        };
        return text is not null && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal parsed)
            ? parsed
            : throw new NodeException("PARAMETER_TYPE", $"'{member}' of the range '{name}' must be a number, was {node?.ToJsonString() ?? "missing"}.");
    }
}

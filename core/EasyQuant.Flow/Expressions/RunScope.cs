using System.Globalization;
using System.Text.Json.Nodes;

namespace EasyQuant.Flow;

/// <summary>Values that need nothing but the run's context.</summary>
internal static class RunScope
{
    public static JsonNode? Resolve(FlowExpression expression, RunContext run) => expression.Root switch
    {
        ExpressionRoot.Run => Member(expression.Name, run),
        ExpressionRoot.Inputs when run.Inputs.TryGetValue(expression.Name, out JsonNode? value) => value,
        ExpressionRoot.Item => throw new NodeException("EXPRESSION_VALUE_MISSING", $"${{{expression.Text}}}: there is no item here."),
        _ => throw new NodeException("EXPRESSION_VALUE_MISSING", $"${{{expression.Text}}} has no value here."),
    };

    private static JsonNode? Member(string name, RunContext run) => name switch
    {
        "id" => run.RunId,
        "project" => run.ProjectId,
        "date" => run.StartTime.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        "time" => run.StartTime.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture),
        "seed" => run.Seed,
        "itemPath" => run.ItemPath,
        _ => throw new NodeException("EXPRESSION_VALUE_MISSING", $"There is no run.{name}."),
    };
}

using System.Text.Json.Nodes;

namespace EasyQuant.Flow;

/// <summary>A scope with a current item.</summary>
internal sealed class ItemScope(IExpressionScope outer, JsonNode? item) : IExpressionScope
{
    public JsonNode? Resolve(FlowExpression expression) =>
        expression.Root == ExpressionRoot.Item ? item : outer.Resolve(expression);
}

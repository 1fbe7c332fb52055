using System.Text.Json.Nodes;

namespace EasyQuant.Flow;

/// <summary>Gives expressions their values.</summary>
public interface IExpressionScope
{
    /// <summary>Returns the value that the expression names, before its <see cref="FlowExpression.Path"/> is followed.</summary>
    /// <exception cref="NodeException"><c>EXPRESSION_VALUE_MISSING</c>: there is no such value.</exception>
    JsonNode? Resolve(FlowExpression expression);
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EasyQuant.Flow;

/// <summary>
/// A text with expressions in it. A text that is exactly one expression keeps the value's type; otherwise values are put in as text
/// (null as nothing, objects and arrays as JSON). <c>$${</c> stands for a literal <c>${</c>.
/// </summary>
internal sealed class TextTemplate
{
    private readonly object[] _parts;

    private TextTemplate(object[] parts) => _parts = parts;

    /// <summary>Gets whether there is no expression in it.</summary>
    public bool IsConstant => _parts.Length == 0 || (_parts.Length == 1 && _parts[0] is string);

    /// <summary>Gets whether it is exactly one expression.</summary>
    public bool IsSingle => _parts.Length == 1 && _parts[0] is FlowExpression;

    /// <summary>Gets the text when it is constant.</summary>
    public string Constant => _parts.Length == 0 ? "" : (string)_parts[0];

    /// <summary>Gets the expressions in it.</summary>
    public IEnumerable<FlowExpression> Expressions => _parts.OfType<FlowExpression>();

    public static bool HasMarker(string text) => text.Contains("${", StringComparison.Ordinal);

    public static bool TryParse(string text, out TextTemplate? template, out string? error)
    {
        template = null;
        error = null;
        if (!HasMarker(text))
        {
            template = new TextTemplate([text]);
            return true;
        }

        if (Encoding.UTF8.GetByteCount(text) > FlowLimits.ExpressionBytesMax)
        {
            error = $"a text with expressions may have {FlowLimits.ExpressionBytesMax} bytes, this one has {Encoding.UTF8.GetByteCount(text)}";
            return false;
        }

        var parts = new List<object>();
        var literal = new StringBuilder();
        int at = 0;
        while (at < text.Length)
        {
            if (string.CompareOrdinal(text, at, "$${", 0, 3) == 0)
            {
                literal.Append("${");
                at += 3;
            }
            else if (string.CompareOrdinal(text, at, "${", 0, 2) == 0)
            {
                int close = text.IndexOf('}', at);
                if (close < 0)
                {
                    error = $"the '${{' at {at} is not closed";
                    return false;
                }

                if (!FlowExpression.TryParse(text[(at + 2)..close], out FlowExpression? expression, out error))
                {
                    error = $"'{text[at..(close + 1)]}': {error}";
                    return false;
                }

                Flush(parts, literal);
                parts.Add(expression!);
                at = close + 1;
            }
            else
            {
                literal.Append(text[at++]);
            }
        }

        Flush(parts, literal);
        template = new TextTemplate([.. parts]);
        return true;
    }

    public JsonNode? Evaluate(IExpressionScope scope)
    {
        if (IsSingle)
        {
            return ((FlowExpression)_parts[0]).Evaluate(scope);
        }

        if (IsConstant)
        {
            return JsonValue.Create(Constant);
        }

        var text = new StringBuilder();
        foreach (object part in _parts)
        {
            text.Append(part is FlowExpression expression ? AsText(expression.Evaluate(scope)) : (string)part);
        }

        return JsonValue.Create(text.ToString());
    }

    private static string AsText(JsonNode? value) => value switch
    {
        null => "",
        JsonValue plain when plain.GetValueKind() == JsonValueKind.String => plain.GetValue<string>(),
        _ => value.ToJsonString(),
    };

    private static void Flush(List<object> parts, StringBuilder literal)
    {
        if (literal.Length > 0)
        {
            parts.Add(literal.ToString());
            literal.Clear();
        }
    }
}

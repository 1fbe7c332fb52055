using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace EasyQuant.Flow;

/// <summary>
/// A JSON value with expressions in its texts, compiled once and evaluated many times. As the type of a top-level parameter it tells the
/// runner to leave the expressions alone, so that the handler evaluates them itself (for every item, for example). Immutable.
/// </summary>
[JsonConverter(typeof(JsonTemplateConverter))]
public sealed class JsonTemplate
{
    private readonly JsonNode? _constant;
    private readonly TextTemplate? _text;
    private readonly KeyValuePair<string, JsonTemplate>[]? _members;
    private readonly JsonTemplate[]? _items;

    private JsonTemplate(JsonNode? source, JsonNode? constant)
    {
        Source = source;
        _constant = constant;
        IsConstant = true;
    }

    private JsonTemplate(JsonNode? source, TextTemplate? text, KeyValuePair<string, JsonTemplate>[]? members, JsonTemplate[]? items)
    {
        Source = source;
        _text = text;
        _members = members;
        _items = items;
    }

    /// <summary>The value as written.</summary>
    public JsonNode? Source { get; }

    /// <summary>Whether it holds no expression, so that every evaluation gives the same.</summary>
    public bool IsConstant { get; }

    internal JsonNode? Constant => _constant;

    /// <summary>Whether it is an object whose members are templates.</summary>
    public bool IsObject => _members is not null || _constant is JsonObject;

    /// <summary>Compiles a value.</summary>
    /// <param name="value">The value; it must not be changed afterwards.</param>
    /// <param name="errors">Receives what is wrong, as (JSON pointer below the value, sentence).</param>
    /// <returns>The template; texts in error are taken literally.</returns>
    public static JsonTemplate Compile(JsonNode? value, ICollection<(string Pointer, string Message)> errors) =>
        Compile(value, "", errors);

    /// <summary>Compiles a value that is known to be right.</summary>
    /// <exception cref="NodeException"><c>EXPRESSION_INVALID</c>.</exception>
    public static JsonTemplate Compile(JsonNode? value)
    {
        var errors = new List<(string Pointer, string Message)>();
        JsonTemplate template = Compile(value, "", errors);
        return errors.Count == 0
            ? template
            : throw new NodeException("EXPRESSION_INVALID", $"{errors[0].Pointer}: {errors[0].Message}.");
    }

    internal static JsonTemplate Literal(JsonNode? value) => new(value, value);

    /// <summary>Returns the value with all expressions replaced. The result is fresh and free, except for a constant or a single expression, which give a shared value: clone it before putting it into another.</summary>
    /// <exception cref="NodeException"><c>EXPRESSION_VALUE_MISSING</c>.</exception>
    public JsonNode? Evaluate(IExpressionScope scope)
    {
        if (IsConstant)
        {
            return _constant;
        }

        if (_text is not null)
        {
            return _text.Evaluate(scope);
        }

        if (_members is not null)
        {
            var result = new JsonObject();
            foreach ((string name, JsonTemplate member) in _members)
            {
                result.Add(name, Free(member.Evaluate(scope)));
            }

            return result;
        }

        var array = new JsonArray();
        foreach (JsonTemplate item in _items!)
        {
            array.Add(Free(item.Evaluate(scope)));
        }

        return array;
    }

    /// <summary>Adds all expressions in it to the list, in document order.</summary>
    public void CollectExpressions(ICollection<FlowExpression> expressions)
    {
        if (_text is not null)
        {
            foreach (FlowExpression expression in _text.Expressions)
            {
                expressions.Add(expression);
            }
        }

        foreach ((_, JsonTemplate member) in _members ?? [])
        {
            member.CollectExpressions(expressions);
        }

        foreach (JsonTemplate item in _items ?? [])
        {
            item.CollectExpressions(expressions);
        }
    }

    private static JsonNode? Free(JsonNode? value) => value?.DeepClone();

    // Recursion is bounded: JSON that reaches this point has at most FlowLimits.JsonDepthMax levels.
    private static JsonTemplate Compile(JsonNode? value, string pointer, ICollection<(string Pointer, string Message)> errors)
    {
        switch (value)
        {
            case JsonObject obj:
                var members = new KeyValuePair<string, JsonTemplate>[obj.Count];
                int at = 0;
                foreach ((string name, JsonNode? member) in obj)
                {
                    members[at++] = KeyValuePair.Create(name, Compile(member, $"{pointer}/{JsonPointer.Escape(name)}", errors));
                }

                if (members.All(m => m.Value.IsConstant && ReferenceEquals(m.Value._constant, m.Value.Source)))
                {
                    return new JsonTemplate(value, value);
                }

                return members.All(m => m.Value.IsConstant)
                    ? new JsonTemplate(value, Rebuild(members))
                    : new JsonTemplate(value, null, members, null);
            case JsonArray array:
                JsonTemplate[] items = [.. array.Select((item, i) => Compile(item, $"{pointer}/{i}", errors))];
                if (items.All(i => i.IsConstant && ReferenceEquals(i._constant, i.Source)))
                {
                    return new JsonTemplate(value, value);
                }

                return items.All(i => i.IsConstant)
                    ? new JsonTemplate(value, new JsonArray([.. items.Select(i => Free(i._constant))]))
                    : new JsonTemplate(value, null, null, items);
            case JsonValue plain when plain.TryGetValue(out string? text) && TextTemplate.HasMarker(text):
                if (!TextTemplate.TryParse(text, out TextTemplate? parsed, out string? error))
                {
                    errors.Add((pointer, error!));
                    return new JsonTemplate(value, value);
                }

                return parsed!.IsConstant
                    ? new JsonTemplate(value, JsonValue.Create(parsed.Constant))
                    : new JsonTemplate(value, parsed, null, null);
            default:
                return new JsonTemplate(value, value);
        }
    }

    private static JsonObject Rebuild(KeyValuePair<string, JsonTemplate>[] members)
    {
        var result = new JsonObject();
        foreach ((string name, JsonTemplate member) in members)
        {
            result.Add(name, Free(member._constant));
        }

        return result;
    }
}

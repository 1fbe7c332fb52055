using System.Globalization;
using System.Text.Json.Nodes;

namespace EasyQuant.Flow;

/// <summary>
/// One <c>${...}</c>. Grammar: <c>root ( "." name | "[" digits "]" )*</c> with root <c>inputs</c>, <c>nodes</c>, <c>item</c> or <c>run</c> and name
/// <c>[A-Za-z_][A-Za-z0-9_-]*</c>. It only reads values: there are no operators, no calls, no second evaluation of what it finds.
/// </summary>
public sealed class FlowExpression
{
    private static readonly string[] s_runMembers = ["id", "project", "date", "time", "seed", "itemPath"];

    internal FlowExpression(ExpressionRoot root, string name, string member, IReadOnlyList<string> path, string text)
    {
        Root = root;
        Name = name;
        Member = member;
        Path = path;
        Text = text;
    }

    /// <summary>First word.</summary>
    public ExpressionRoot Root { get; }

    /// <summary>The input, the node id or the run member; empty for <c>item</c> and for <c>${inputs}</c>, which means all inputs.</summary>
    public string Name { get; }

    /// <summary>For nodes: the output port, or <c>rows</c>; otherwise empty.</summary>
    public string Member { get; }

    /// <summary>Object members and array indexes to follow from there.</summary>
    public IReadOnlyList<string> Path { get; }

    /// <summary>The expression as written, without <c>${</c> and <c>}</c>.</summary>
    public string Text { get; }

    /// <summary>Parses what stands between <c>${</c> and <c>}</c>.</summary>
    /// <param name="text">The expression; spaces at its ends are ignored.</param>
    /// <param name="expression">The result, or null.</param>
    /// <param name="error">What is wrong, or null.</param>
    public static bool TryParse(string text, out FlowExpression? expression, out string? error)
    {
        expression = null;
        if (!TrySplit(text.Trim(), out List<string> parts, out error))
        {
            return false;
        }

        string root = parts[0];
        switch (root)
        {
            case "inputs":
                expression = new FlowExpression(ExpressionRoot.Inputs, parts.Count > 1 ? parts[1] : "", "", parts.Count > 2 ? parts[2..] : [], text);
                return true;
            case "item":
                expression = new FlowExpression(ExpressionRoot.Item, "", "", parts[1..], text);
                return true;
            case "nodes" when parts.Count >= 3:
                expression = new FlowExpression(ExpressionRoot.Nodes, parts[1], parts[2], parts[3..], text);
                return true;
            case "nodes":
                error = "'nodes' needs a node id and a port, as in ${nodes.load.table}";
                return false;
            case "run" when parts.Count == 2 && s_runMembers.Contains(parts[1], StringComparer.Ordinal):
                expression = new FlowExpression(ExpressionRoot.Run, parts[1], "", [], text);
                return true;
            case "run":
                error = $"'run' has the members {string.Join(", ", s_runMembers)}";
                return false;
            default:
                error = $"an expression starts with inputs, nodes, item or run, not with '{root}'";
                return false;
        }
    }

    /// <summary>Returns the value, following the path.</summary>
    /// <exception cref="NodeException"><c>EXPRESSION_VALUE_MISSING</c>: a member or index on the way does not exist.</exception>
    public JsonNode? Evaluate(IExpressionScope scope)
    {
        JsonNode? value = scope.Resolve(this);
        for (int i = 0; i < Path.Count; i++)
        {
            string step = Path[i];
            if (value is JsonObject obj && obj.TryGetPropertyValue(step, out JsonNode? member))
            {
                value = member;
            }
            else if (value is JsonArray array
                && int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
                && index < array.Count)
            {
                value = array[index];
            }
            else
            {
                throw new NodeException("EXPRESSION_VALUE_MISSING", $"${{{Text}}}: there is no '{step}' in {Describe(value)}.");
            }
        }

        return value;
    }

    private static string Describe(JsonNode? value) => value switch
    {
        null => "null",
        JsonObject obj => "an object with " + (obj.Count == 0 ? "no members" : string.Join(", ", obj.Select(p => p.Key).Take(20))),
        JsonArray array => $"an array of {array.Count}",
        _ => "a plain value",
    };

    private static bool TrySplit(string text, out List<string> parts, out string? error)
    {
        parts = [];
        error = null;
        int at = 0;
        while (at < text.Length)
        {
            int start = at;
            if (text[at] == '[')
            {
                int close = text.IndexOf(']', at);
                if (close < 0 || close == at + 1 || close - at > 10 || text.AsSpan(at + 1, close - at - 1).ContainsAnyExceptInRange('0', '9') || parts.Count == 0)
                {
                    error = $"'[' at {at} must hold digits and follow a name";
                    return false;
                }

                parts.Add(text[(at + 1)..close].TrimStart('0') is { Length: > 0 } digits ? digits : "0");
                at = close + 1;
                continue;
            }

            if (parts.Count > 0)
            {
                if (text[at] != '.')
                {
                    error = $"'{text[at]}' at {at} is not allowed here; expected '.' or '['";
                    return false;
                }

                start = ++at;
            }

            while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '_' or '-'))
            {
                at++;
            }

            if (at == start || !(char.IsAsciiLetter(text[start]) || text[start] == '_'))
            {
                error = $"a name is missing at {start}";
                return false;
            }

            parts.Add(text[start..at]);
        }

        if (parts.Count == 0)
        {
            error = "it is empty";
            return false;
        }

        return true;
    }
}

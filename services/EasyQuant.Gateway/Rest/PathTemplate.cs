using System.Text;
using System.Text.RegularExpressions;

namespace EasyQuant.Gateway.Rest;

/// <summary>
/// A path of a <c>google.api.http</c> rule, e.g. <c>/v1/runs/{run_id}:cancel</c> or <c>/v1/{name=projects/*/runs/*}</c>,
/// turned into an ASP.NET Core route pattern. Immutable and thread-safe.
/// </summary>
internal sealed class PathTemplate
{
    private readonly Regex _exact;

    private PathTemplate(string text, string routePattern, IReadOnlyList<PathVariable> variables, Regex exact)
    {
        Text = text;
        RoutePattern = routePattern;
        Variables = variables;
        _exact = exact;
    }

    /// <summary>The path as the rule wrote it.</summary>
    public string Text { get; }

    /// <summary>The route pattern; its parameters are <c>p0</c>, <c>p1</c>, ... in order.</summary>
    public string RoutePattern { get; }

    /// <summary>The request fields that the path fills, in order of appearance.</summary>
    public IReadOnlyList<PathVariable> Variables { get; }

    /// <summary>
    /// Tells whether a path is this template to the letter. Routing itself ignores case and a trailing slash; the Gateway does not.
    /// </summary>
    /// <param name="path">Decoded request path, starting with a slash.</param>
    /// <returns>True when every literal matches by case and no segment is empty.</returns>
    public bool IsExact(string path) => _exact.IsMatch(path);

    /// <summary>Parses a template.</summary>
    /// <param name="text">Starts with a slash; literals, <c>*</c>, <c>**</c> (last), <c>{field}</c>, <c>{field=segments}</c>, optional <c>:verb</c>.</param>
    /// <returns>The template.</returns>
    /// <exception cref="FormatException">The text is not such a template.</exception>
    public static PathTemplate Parse(string text)
    {
        if (!text.StartsWith('/'))
        {
            throw new FormatException($"A path must start with '/', was '{text}'.");
        }

        (string path, string verb) = SplitVerb(text);
        var route = new StringBuilder();
        var exact = new StringBuilder("^");
        var variables = new List<PathVariable>();
        int parameterCount = 0;
        foreach (string segment in SplitSegments(path[1..], text))
        {
            bool isVariable = segment.StartsWith('{');
            string fieldPath = isVariable ? segment[1..^1] : "";
            string pattern = isVariable ? "*" : segment;
            if (fieldPath.IndexOf('=', StringComparison.Ordinal) is >= 0 and var equals)
            {
                pattern = fieldPath[(equals + 1)..];
                fieldPath = fieldPath[..equals];
            }

            var parts = new List<string>();
            foreach (string part in pattern.Split('/'))
            {
                AppendPart(route, exact, part, ref parameterCount, parts);
            }

            if (isVariable)
            {
                variables.Add(new PathVariable(fieldPath, parts));
            }
        }

        if (verb.Length > 0)
        {
            route.Append(':').Append(verb);
            exact.Append(':').Append(Regex.Escape(verb));
        }

        exact.Append("\\z");
        return new PathTemplate(
            text, route.ToString(), variables, new Regex(exact.ToString(), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking));
    }

    private static void AppendPart(StringBuilder route, StringBuilder exact, string part, ref int parameterCount, List<string> parts)
    {
        route.Append('/');
        exact.Append('/');
        if (part is "*" or "**")
        {
            string name = $"p{parameterCount++}";
            route.Append('{').Append(part is "**" ? "**" : "").Append(name).Append('}');
            exact.Append(part is "**" ? ".+" : "[^/]+");
            parts.Add("{" + name);
        }
        else
        {
            route.Append(part);
            exact.Append(Regex.Escape(part));
            parts.Add(part);
        }
    }

    private static (string Path, string Verb) SplitVerb(string text)
    {
        int colon = text.LastIndexOf(':');
        return colon > text.LastIndexOf('/') && colon > text.LastIndexOf('}')
            ? (text[..colon], text[(colon + 1)..])
            : (text, "");
    }

    private static IEnumerable<string> SplitSegments(string path, string text)
    {
        int start = 0;
        int depth = 0;
        for (int i = 0; i <= path.Length; i++)
        {
            char c = i < path.Length ? path[i] : '/';
            depth += c switch { '{' => 1, '}' => -1, _ => 0 };
            if (c != '/' || depth != 0)
            {
                continue;
            }

            string segment = path[start..i];
            bool isWhole = segment.StartsWith('{') == segment.EndsWith('}') && segment.Length > 0;
            if (!isWhole)
            {
                throw new FormatException($"The path '{text}' has the unusable segment '{segment}'.");
            }

            yield return segment;
            start = i + 1;
        }

        if (depth != 0)
        {
            throw new FormatException($"The path '{text}' has an unclosed '{{'.");
        }
    }
}

using Google.Api;
using Google.Protobuf.Reflection;

namespace EasyQuant.Gateway.Rest;

/// <summary>One HTTP form of one RPC: a rule of <c>google.api.http</c> or one of its additional bindings. Immutable.</summary>
internal sealed class RestBinding
{
    private RestBinding(MethodDescriptor method, string httpMethod, PathTemplate path, HttpRule rule, int index)
    {
        Method = method;
        HttpMethod = httpMethod;
        Path = path;
        Index = index;
        HasBody = rule.Body.Length > 0;
        BodyField = rule.Body is "" or "*" ? null : FieldOf(method.InputType, rule.Body, method);
        ResponseField = rule.ResponseBody.Length == 0 ? null : FieldOf(method.OutputType, rule.ResponseBody, method);
        PathFields = [.. path.Variables.Select(v => (v, FieldPath.Resolve(method.InputType, v.FieldPath)
            ?? throw new InvalidOperationException($"{method.FullName}: the path variable '{v.FieldPath}' is not a field of {method.InputType.FullName}.")))];
    }

    /// <summary>The RPC.</summary>
    public MethodDescriptor Method { get; }

    /// <summary>GET, POST, PUT, PATCH, DELETE or a custom verb.</summary>
    public string HttpMethod { get; }

    /// <summary>The path.</summary>
    public PathTemplate Path { get; }

    /// <summary>0 for the rule itself, 1 for its first additional binding, and so on.</summary>
    public int Index { get; }

    /// <summary>True when the HTTP body fills the request message or one of its fields.</summary>
    public bool HasBody { get; }

    /// <summary>The field that the body fills; null when it fills the whole message (<see cref="HasBody"/>) or there is none.</summary>
    public FieldDescriptor? BodyField { get; }

    /// <summary>The field of the response that the HTTP body shows; null for the whole message.</summary>
    public FieldDescriptor? ResponseField { get; }

    /// <summary>True when the HTTP body is the bytes of a <c>easyquant.common.v1.FileBody</c> instead of JSON.</summary>
    public bool IsFile => ResponseField is { FieldType: FieldType.Message, IsRepeated: false, MessageType.FullName: "easyquant.common.v1.FileBody" };

    /// <summary>The path variables with the fields they fill.</summary>
    public IReadOnlyList<(PathVariable Variable, FieldPath Field)> PathFields { get; }

    /// <summary>Reads the rules of every unary and server-streaming RPC.</summary>
    /// <param name="methods">Methods from generated code; their options carry the extension.</param>
    /// <returns>Bindings in order of method and rule.</returns>
    /// <exception cref="InvalidOperationException">A rule names a field that does not exist, or two rules share method and path.</exception>
    public static IReadOnlyList<RestBinding> ReadAll(IEnumerable<MethodDescriptor> methods)
    {
        var bindings = new List<RestBinding>();
        foreach (MethodDescriptor method in methods)
        {
            HttpRule? rule = method.GetOptions()?.GetExtension(AnnotationsExtensions.Http);
            if (rule is null || method.IsClientStreaming)
            {
                continue;
            }

            int index = 0;
            foreach (HttpRule one in rule.AdditionalBindings.Prepend(rule))
            {
                (string httpMethod, string path) = PatternOf(one, method);
                bindings.Add(new RestBinding(method, httpMethod, PathTemplate.Parse(path), one, index++));
            }
        }

        IGrouping<string, RestBinding>? twice = bindings
            .GroupBy(b => b.HttpMethod + " " + b.Path.RoutePattern, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        return twice is null
            ? bindings
            : throw new InvalidOperationException($"{twice.Key} is bound by {string.Join(" and ", twice.Select(b => b.Method.FullName))}.");
    }

    private static (string Method, string Path) PatternOf(HttpRule rule, MethodDescriptor method) => rule.PatternCase switch
    {
        HttpRule.PatternOneofCase.Get => ("GET", rule.Get),
        HttpRule.PatternOneofCase.Post => ("POST", rule.Post),
        HttpRule.PatternOneofCase.Put => ("PUT", rule.Put),
        HttpRule.PatternOneofCase.Patch => ("PATCH", rule.Patch),
        HttpRule.PatternOneofCase.Delete => ("DELETE", rule.Delete),
        HttpRule.PatternOneofCase.Custom => (rule.Custom.Kind, rule.Custom.Path),
        _ => throw new InvalidOperationException($"{method.FullName}: the HTTP rule has no pattern."),
    };

    private static FieldDescriptor FieldOf(MessageDescriptor message, string name, MethodDescriptor method) =>
        message.FindFieldByName(name)
        ?? throw new InvalidOperationException($"{method.FullName}: the HTTP rule names '{name}', which is not a field of {message.FullName}.");
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>What nodes that call HTTP servers share: checked URLs and headers, and words about answers.</summary>
internal static class HttpParts
{
    private const int UrlLengthMax = 8000;
    private static readonly string[] s_ownHeaders = ["host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer", "idempotency-key"];

    /// <summary>Whether waiting may cure what the status says.</summary>
    public static bool IsTransient(int status) => status is 408 or 425 or 429 or (>= 500 and not 501 and not 505);

    /// <summary>Whether a header belongs to the connection or to the node.</summary>
    public static bool IsOwnHeader(string name) => s_ownHeaders.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The URL without its query, which may hold what nobody is to see.</summary>
    public static string Shown(Uri url) => url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <summary>The first 200 bytes as text of one line.</summary>
    public static string Excerpt(byte[] body)
    {
        string text = Encoding.UTF8.GetString(body, 0, Math.Min(body.Length, 200));
        return new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)]).Trim();
    }

    /// <summary>The text that a template gives.</summary>
    /// <exception cref="NodeException"><c>PARAMETER_TYPE</c>.</exception>
    public static string Text(NodeExecution execution, JsonTemplate template, string name) =>
        execution.Evaluate(template) is JsonValue value && value.GetValueKind() == JsonValueKind.String
            ? value.GetValue<string>()
            : throw new NodeException("PARAMETER_TYPE", $"{name} must give a text.");

    /// <summary>The members of the object that a template gives, as texts; none without a template.</summary>
    /// <exception cref="NodeException"><c>PARAMETER_TYPE</c>.</exception>
    public static IEnumerable<(string Name, string Value)> Pairs(NodeExecution execution, JsonTemplate? template, string name)
    {
        JsonNode? value = template is null ? null : execution.Evaluate(template);
        if (value is null)
        {
            yield break;
        }

        foreach ((string key, JsonNode? item) in value as JsonObject ?? throw new NodeException("PARAMETER_TYPE", $"{name} must be a JSON object, was {value.GetValueKind()}."))
        {
            yield return item is JsonValue scalar
                ? (key, scalar.GetValueKind() == JsonValueKind.String ? scalar.GetValue<string>() : scalar.ToJsonString())
                : throw new NodeException("PARAMETER_TYPE", $"{name}.{key} must be a text, a number or a truth value, was {item?.GetValueKind().ToString() ?? "null"}.");
        }
    }

    /// <summary>Adds headers to a request.</summary>
    /// <exception cref="NodeException"><c>HTTP_HEADER_INVALID</c>.</exception>
    public static void AddHeaders(HttpRequestMessage request, IEnumerable<(string Name, string Value)> headers)
    {
        foreach ((string name, string value) in headers)
        {
            if (IsOwnHeader(name) || !request.Headers.TryAddWithoutValidation(name, value) || value.AsSpan().ContainsAny('\r', '\n', '\0'))
            {
                throw new NodeException("HTTP_HEADER_INVALID", $"headers.{name}: this header cannot be set, or its value has a line break.");
            }
        }
    }

    /// <summary>Checks an absolute URL.</summary>
    /// <param name="whole">The URL with its query.</param>
    /// <param name="text">What of it may be shown.</param>
    /// <exception cref="NodeException"><c>HTTP_URL_INVALID</c>.</exception>
    public static Uri Url(string whole, string text) =>
        whole.Length <= UrlLengthMax && Uri.TryCreate(whole, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0 && url.Host.Length > 0
            ? url
            : throw new NodeException("HTTP_URL_INVALID", $"url must be absolute, http or https, without user and password, at most {UrlLengthMax} characters; got '{(text.Length > 200 ? text[..200] : text)}'.");
}

namespace EasyQuant.Gateway.Rest;

/// <summary>A request field that a part of the path fills.</summary>
/// <param name="FieldPath">Proto field path, e.g. <c>run_id</c> or <c>workflow.name</c>.</param>
/// <param name="Parts">Segments of the value in order: a literal, or <c>{</c> followed by the name of a route parameter.</param>
internal sealed record PathVariable(string FieldPath, IReadOnlyList<string> Parts)
{
    /// <summary>Puts the value together from the matched route.</summary>
    /// <param name="route">Route values of the request.</param>
    /// <returns>The value, segments joined by '/'.</returns>
    public string ValueOf(RouteValueDictionary route) =>
        string.Join('/', Parts.Select(part => part.StartsWith('{') ? route[part[1..]]?.ToString() ?? "" : part));
}

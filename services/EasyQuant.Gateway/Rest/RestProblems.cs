namespace EasyQuant.Gateway.Rest;

/// <summary>Problems that the Gateway finds itself and that more than one place answers.</summary>
internal static class RestProblems
{
    /// <summary>No endpoint has this path.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Decoded path.</param>
    /// <returns>Status 404 ROUTE_NOT_FOUND.</returns>
    public static Problem RouteNotFound(string method, string path) => new(
        StatusCodes.Status404NotFound, "ROUTE_NOT_FOUND", $"Nothing answers {method} {FieldText.Show(path)}; /openapi/v1.json lists all routes.");

    /// <summary>The path exists with other methods.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Decoded path.</param>
    /// <param name="allowed">Value of the header <c>Allow</c>.</param>
    /// <returns>Status 405 METHOD_NOT_ALLOWED.</returns>
    public static Problem MethodNotAllowed(string method, string path, string allowed) => new(
        StatusCodes.Status405MethodNotAllowed, "METHOD_NOT_ALLOWED", $"{FieldText.Show(path)} takes {allowed}, not {FieldText.Show(method)}.");

    /// <summary>The body is larger than the limit.</summary>
    /// <param name="bytesMax">The limit in bytes.</param>
    /// <returns>Status 413 BODY_TOO_LARGE.</returns>
    public static Problem BodyTooLarge(long bytesMax) => new(
        StatusCodes.Status413PayloadTooLarge, "BODY_TOO_LARGE", $"The body is larger than {bytesMax} bytes.")
    {
        Metadata = new Dictionary<string, string> { ["bytesMax"] = bytesMax.ToString(System.Globalization.CultureInfo.InvariantCulture) },
    };
}

namespace EasyQuant.Gateway.Rest;

/// <summary>An answer that is not a success, as RFC 9457 problem details. Immutable.</summary>
/// <param name="Status">HTTP status, 400 to 599.</param>
/// <param name="Code">UPPER_SNAKE reason, the same that gRPC callers find in <c>ErrorInfo</c>.</param>
/// <param name="Detail">What was expected and what came, a sentence.</param>
internal sealed record Problem(int Status, string Code, string Detail)
{
    /// <summary>The refused fields, in order of the request; empty when the problem is not about fields.</summary>
    public IReadOnlyList<FieldProblem> Errors { get; init; } = [];

    /// <summary>Values that belong to the code (ids, limits).</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>When the same call may succeed; null when waiting does not help.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Returns the problem of a request with refused fields; the first gives code and detail.</summary>
    /// <param name="errors">At least one.</param>
    /// <returns>A problem of status 400.</returns>
    public static Problem OfFields(IReadOnlyList<FieldProblem> errors) =>
        new(StatusCodes.Status400BadRequest, errors[0].Code ?? "INVALID_ARGUMENT", errors[0].Detail) { Errors = errors };
}

using EasyQuant.ServiceDefaults.Errors;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace EasyQuant.Gateway.Rest;

/// <summary>Turns gRPC errors into problems.</summary>
internal static class ProblemMapping
{
    /// <summary>Status that says the caller went away; not in any RFC, never seen by that caller.</summary>
    public const int ClientClosedRequest = 499;

    /// <summary>Returns the HTTP status of a gRPC status.</summary>
    /// <param name="code">Not OK.</param>
    /// <returns>The status that <c>google/rpc/code.proto</c> names.</returns>
    public static int HttpStatusOf(StatusCode code) => code switch
    {
        StatusCode.InvalidArgument or StatusCode.OutOfRange or StatusCode.FailedPrecondition => StatusCodes.Status400BadRequest,
        StatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
        StatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
        StatusCode.NotFound => StatusCodes.Status404NotFound,
        StatusCode.AlreadyExists or StatusCode.Aborted => StatusCodes.Status409Conflict,
        StatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        StatusCode.Cancelled => ClientClosedRequest,
        StatusCode.Unimplemented => StatusCodes.Status501NotImplemented,
        StatusCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
        StatusCode.DeadlineExceeded => StatusCodes.Status504GatewayTimeout,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>Returns the problem that a failed call is.</summary>
    /// <param name="exception">What the call threw.</param>
    /// <param name="request">Type of the request, to name its fields as JSON does.</param>
    /// <returns>The problem.</returns>
    public static Problem Of(RpcException exception, MessageDescriptor request)
    {
        if (RpcError.TryRead(exception, out RpcError? error))
        {
            return Of(error, request);
        }

        (string code, string detail) = exception.StatusCode switch
        {
            StatusCode.DeadlineExceeded => ("DEADLINE_EXCEEDED", "The deadline of the call passed; the header x-timeout (seconds) sets it."),
            StatusCode.Unavailable => ("SERVICE_UNAVAILABLE", "The service that answers this call cannot be reached now."),
            StatusCode.Cancelled => ("CANCELLED", "The call was cancelled."),
            StatusCode.Unimplemented => ("UNIMPLEMENTED", "The service does not know this call."),
            StatusCode.ResourceExhausted => ("RESOURCE_EXHAUSTED", exception.Status.Detail),
            // Texts of unexpected failures stay inside: they may hold what a caller must not see.
            StatusCode.Unknown or StatusCode.Internal or StatusCode.DataLoss => ("INTERNAL", "The service failed unexpectedly; its log has the cause."),
            _ => (ReasonOf(exception.StatusCode), exception.Status.Detail),
        };
        return new Problem(HttpStatusOf(exception.StatusCode), code, detail);
    }

    /// <summary>Returns the problem that an error of ours is.</summary>
    /// <param name="error">The error.</param>
    /// <param name="request">Type of the request, to name its fields as JSON does.</param>
    /// <returns>The problem.</returns>
    public static Problem Of(RpcError error, MessageDescriptor request) => new(HttpStatusOf(error.Status), error.Reason, error.Message)
    {
        Metadata = error.Metadata,
        RetryAfter = error.RetryAfter,
        Errors = [.. error.Violations.Select(v => new FieldProblem(PointerOf(v.Field, request), null, null, v.Description))],
    };

    /// <summary>Turns a proto field path (<c>runs[0].workflow_name</c>) into a JSON pointer; a pointer stays as it is.</summary>
    /// <param name="field">Path or pointer.</param>
    /// <param name="request">Where the path starts.</param>
    /// <returns>The pointer; names that the request does not have are kept as written.</returns>
    public static string PointerOf(string field, MessageDescriptor request)
    {
        if (field.Length == 0 || field[0] == '/')
        {
            return field;
        }

        MessageDescriptor? current = request;
        var pointer = new System.Text.StringBuilder();
        foreach (string part in field.Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split('.'))
        {
            bool isIndex = part.Length > 0 && part.All(char.IsAsciiDigit);
            FieldDescriptor? found = isIndex || current is null ? null : MessageFields.Find(current, part);
            pointer.Append('/').Append(found?.JsonName ?? part);
            if (!isIndex)
            {
                current = found is { FieldType: FieldType.Message } ? found.MessageType : null;
            }
        }

        return pointer.ToString();
    }

    private static string ReasonOf(StatusCode code) =>
        string.Concat(code.ToString().Select((c, i) => char.IsUpper(c) && i > 0 ? "_" + c : char.ToUpperInvariant(c).ToString()));
}

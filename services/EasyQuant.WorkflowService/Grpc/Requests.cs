using EasyQuant.Flow;
using EasyQuant.Persistence.Paging;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.ServiceDefaults.Grpc;
using Grpc.Core;

namespace EasyQuant.WorkflowService.Grpc;

/// <summary>Checks what every request has: ids, names, page sizes and page tokens. Each refusal names the field.</summary>
internal static class Requests
{
    /// <summary>Reads a required id; an id that cannot exist is not found.</summary>
    public static Guid RunId(string text) =>
        Guid.TryParseExact(text, "D", out Guid id)
            ? id
            : throw RpcError.NotFound("RUN_NOT_FOUND", $"There is no run '{Cut(text)}': a run id is a UUID.");

    /// <summary>Reads an optional id chosen by the caller.</summary>
    public static Guid? RequestId(string text, string field = "request_id") =>
        text.Length == 0 ? null
        : Guid.TryParseExact(text, "D", out Guid id) && id != Guid.Empty ? id
        : throw RpcError.Invalid("REQUEST_ID_INVALID", field, $"`{field}` must be a UUID, was '{Cut(text)}'.");

    /// <summary>Checks a name that a person chooses.</summary>
    public static string Name(string text, string field) =>
        FlowNames.IsName(text)
            ? text
            : throw RpcError.Invalid("NAME_INVALID", field, $"`{field}` must match [a-z0-9][a-z0-9._-]{{0,62}}, was '{Cut(text)}'.");

    /// <summary>Returns the page size; 0 means the default.</summary>
    public static int PageSize(int size, int usual, int max) =>
        size == 0 ? usual
        : size > 0 && size <= max ? size
        : throw RpcError.Invalid("PAGE_SIZE_INVALID", "page_size", $"`page_size` must be 1 to {max}, was {size}.");

    /// <summary>Reads a page token; null for the first page.</summary>
    public static IReadOnlyList<string>? Token(string token, string scope, int partCount) =>
        token.Length == 0 ? null
        : PageToken.TryRead(token, scope, partCount, out IReadOnlyList<string> key) ? key
        : throw RpcError.Invalid(
            "PAGE_TOKEN_INVALID", "page_token", "`page_token` does not belong to this list: send the same filters as for the page before, or start anew.");

    /// <summary>Checks the length of a list.</summary>
    public static void Count(int count, int max, string field)
    {
        if (count < 1 || count > max)
        {
            throw RpcError.Invalid("COUNT_OUT_OF_RANGE", field, $"`{field}` must have 1 to {max} entries, had {count}.");
        }
    }

    /// <summary>Checks a place in the queue.</summary>
    public static int Priority(int priority, string field) =>
        priority is >= -100 and <= 100
            ? priority
            : throw RpcError.Invalid("PRIORITY_OUT_OF_RANGE", field, $"`priority` must be -100 to 100, was {priority}.");

    /// <summary>Refuses calls that a person's key has caused: these calls are between services.</summary>
    public static void InternalOnly(ServerCallContext context)
    {
        if (CallProject.ActorOf(context).StartsWith("key:", StringComparison.Ordinal))
        {
            throw new RpcError(StatusCode.PermissionDenied, "INTERNAL_CALL", "This call is between services of the installation.");
        }
    }

    /// <summary>Turns findings into an error with one violation each.</summary>
    public static RpcError Invalid(IReadOnlyList<FlowError> findings, string fieldPrefix) => new(
        StatusCode.InvalidArgument,
        findings[0].Reason,
        findings.Count == 1 ? findings[0].Message : $"{findings.Count} findings; the first: {findings[0].Message}",
        violations: [.. findings.Select(finding => new FieldViolation(fieldPrefix + finding.Pointer, $"{finding.Reason}: {finding.Message}"))]);

    public static string Cut(string text) => text.Length <= 100 ? text : text[..100] + "…";
}

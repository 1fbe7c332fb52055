using Grpc.Core;

namespace EasyQuant.ServiceDefaults.Errors;

/// <summary>
/// A refusal that a caller is meant to read: a status, a stable reason, a message and, for bad input, the fields. Thrown by
/// service code; <see cref="EasyQuant.ServiceDefaults.Grpc.ErrorInterceptor"/> turns it into the gRPC status with
/// <c>google.rpc</c> details, and <see cref="TryRead"/> turns that back on the client. Immutable.
/// </summary>
public sealed class RpcError : Exception
{
    /// <summary>The <c>domain</c> of every <c>ErrorInfo</c> of this platform.</summary>
    public const string Domain = "easyquant";

    private static readonly Dictionary<string, string> s_noMetadata = [];

    /// <summary>Creates an error.</summary>
    /// <param name="status">The gRPC status; not <see cref="StatusCode.OK"/>.</param>
    /// <param name="reason">Stable UPPER_SNAKE reason, at most 63 characters, e.g. <c>RUN_NOT_FOUND</c>.</param>
    /// <param name="message">English sentence for a person: what was expected, what came.</param>
    /// <param name="metadata">Values that belong to the reason (ids, limits); null for none.</param>
    /// <param name="violations">The refused fields, most important first; null for none.</param>
    /// <param name="retryAfter">How long to wait before the same call may succeed; null when waiting does not help.</param>
    /// <exception cref="ArgumentException">The reason is not UPPER_SNAKE or the status is OK.</exception>
    public RpcError(
        StatusCode status,
        string reason,
        string message,
        IReadOnlyDictionary<string, string>? metadata = null,
        IReadOnlyList<FieldViolation>? violations = null,
        TimeSpan? retryAfter = null)
        : base(message)
    {
        if (status == StatusCode.OK)
        {
            throw new ArgumentException("An error must not have the status OK.", nameof(status));
        }

        if (!IsReason(reason))
        {
            throw new ArgumentException($"`reason` must be UPPER_SNAKE of at most 63 characters, was '{reason}'.", nameof(reason));
        }

        Status = status;
        Reason = reason;
        Metadata = metadata ?? s_noMetadata;
        Violations = violations ?? [];
        RetryAfter = retryAfter;
    }

    /// <summary>The gRPC status.</summary>
    public StatusCode Status { get; }

    /// <summary>The stable UPPER_SNAKE reason.</summary>
    public string Reason { get; }

    /// <summary>Values that belong to the reason; empty when there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The refused fields; empty when the error is not about fields.</summary>
    public IReadOnlyList<FieldViolation> Violations { get; }

    /// <summary>How long to wait before the same call may succeed; null when waiting does not help.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Returns an InvalidArgument error about one field.</summary>
    /// <param name="reason">UPPER_SNAKE reason.</param>
    /// <param name="field">JSON pointer or field path.</param>
    /// <param name="message">What was expected, what came.</param>
    /// <returns>The error, not yet thrown.</returns>
    public static RpcError Invalid(string reason, string field, string message) =>
        new(StatusCode.InvalidArgument, reason, message, violations: [new FieldViolation(field, message)]);

    /// <summary>Returns a NotFound error.</summary>
    /// <param name="reason">UPPER_SNAKE reason.</param>
    /// <param name="message">What was looked for.</param>
    /// <returns>The error, not yet thrown.</returns>
    public static RpcError NotFound(string reason, string message) => new(StatusCode.NotFound, reason, message);

    /// <summary>
    /// Returns the exception that carries this error over gRPC: the status, and in the trailer
    /// <c>grpc-status-details-bin</c> a <c>google.rpc.Status</c> with ErrorInfo, BadRequest and RetryInfo. Details are cut
    /// to 4 KiB (peers limit header blocks to 8 KiB); the metadata key <c>violations_omitted</c> then counts what was left out.
    /// </summary>
    /// <returns>The exception.</returns>
    public RpcException ToRpcException() => RpcErrorDetails.Write(this);

    /// <summary>Reads the error that a service of this platform sent.</summary>
    /// <param name="exception">What the client call threw.</param>
    /// <param name="error">The error; null when the peer sent no readable details of this domain.</param>
    /// <returns>True when <paramref name="error"/> was read.</returns>
    public static bool TryRead(RpcException exception, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out RpcError? error)
    {
        ArgumentNullException.ThrowIfNull(exception);
        error = RpcErrorDetails.Read(exception);
        return error is not null;
    }

    internal static bool IsReason(string? reason) =>
        reason is { Length: > 0 and <= 63 }
        && char.IsAsciiLetterUpper(reason[0])
        && reason.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_');
}

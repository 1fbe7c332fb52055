namespace Grpc.Core;

/// <summary>How a call ended. Immutable.</summary>
/// <param name="statusCode">The code.</param>
/// <param name="detail">A text for people.</param>
/// <param name="debugException">What went wrong on this side; never sent.</param>
public struct Status(StatusCode statusCode, string detail, Exception? debugException)
{
    /// <summary>OK without a text.</summary>
    public static readonly Status DefaultSuccess = new(StatusCode.OK, string.Empty);

    /// <summary>Cancelled without a text.</summary>
    public static readonly Status DefaultCancelled = new(StatusCode.Cancelled, string.Empty);

    /// <summary>Makes a status.</summary>
    /// <param name="statusCode">The code.</param>
    /// <param name="detail">A text for people.</param>
    public Status(StatusCode statusCode, string detail)
        : this(statusCode, detail, null)
    {
    }

    /// <summary>The code.</summary>
    public StatusCode StatusCode { get; } = statusCode;

    /// <summary>A text for people.</summary>
    public string Detail { get; } = detail;

    /// <summary>What went wrong on this side, null when nothing is known; never sent.</summary>
    public Exception? DebugException { get; } = debugException;

    /// <summary>The status for a log.</summary>
    /// <returns>Code, text and, when there is one, type and message of the exception.</returns>
    public override readonly string ToString() => DebugException is null
        ? $"Status(StatusCode=\"{StatusCode}\", Detail=\"{Detail}\")"
        : $"Status(StatusCode=\"{StatusCode}\", Detail=\"{Detail}\", DebugException=\"{DebugException.GetType()}: {DebugException.Message}\")";
}

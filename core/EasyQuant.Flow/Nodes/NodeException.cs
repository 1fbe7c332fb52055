namespace EasyQuant.Flow;

/// <summary>A step failed for a reason that can be named. Everything else that a handler throws is reported as <c>NODE_FAILED</c>.</summary>
public sealed class NodeException : Exception
{
    /// <summary>Creates the failure.</summary>
    /// <param name="reason">UPPER_SNAKE word, stable across versions, for example <c>FILE_OUTSIDE_ROOT</c>.</param>
    /// <param name="message">Which field or row, what was expected, what came.</param>
    /// <param name="transient">Whether the same call may succeed later without any change. Default false.</param>
    public NodeException(string reason, string message, bool transient = false)
        : this(reason, message, transient, null)
    {
    }

    /// <summary>Creates the failure with its cause.</summary>
    /// <param name="reason">UPPER_SNAKE word.</param>
    /// <param name="message">Which field or row, what was expected, what came.</param>
    /// <param name="transient">Whether the same call may succeed later without any change.</param>
    /// <param name="innerException">The cause, or null.</param>
    public NodeException(string reason, string message, bool transient, Exception? innerException)
        : base(message, innerException)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        Reason = reason;
        IsTransient = transient;
    }

    /// <summary>UPPER_SNAKE word that names the failure.</summary>
    public string Reason { get; }

    /// <summary>Whether the same call may succeed later without any change.</summary>
    public bool IsTransient { get; }
}

namespace Grpc.Core;

/// <summary>Options of one call. Immutable: every <c>With</c> method returns a changed copy.</summary>
public struct CallOptions
{
    /// <summary>Makes options.</summary>
    /// <param name="headers">Headers to send.</param>
    /// <param name="deadline">When the call ends at the latest, in UTC; null for no deadline.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <param name="writeOptions">How requests are written.</param>
    /// <param name="propagationToken">A token of the parent call.</param>
    /// <param name="credentials">Credentials of this call.</param>
    public CallOptions(
        Metadata? headers = null,
        DateTime? deadline = null,
        CancellationToken cancellationToken = default,
        WriteOptions? writeOptions = null,
        ContextPropagationToken? propagationToken = null,
        CallCredentials? credentials = null)
    {
        Headers = headers;
        Deadline = deadline;
        CancellationToken = cancellationToken;
        WriteOptions = writeOptions;
        PropagationToken = propagationToken;
        Credentials = credentials;
    }

    /// <summary>Headers to send, null for none.</summary>
    public Metadata? Headers { get; private set; }

    /// <summary>When the call ends at the latest, in UTC; null for no deadline.</summary>
    public DateTime? Deadline { get; private set; }

    /// <summary>Cancels the call.</summary>
    public CancellationToken CancellationToken { get; private set; }

    /// <summary>How requests are written, null for the default.</summary>
    public WriteOptions? WriteOptions { get; private set; }

    /// <summary>A token of the parent call, null for none.</summary>
    public ContextPropagationToken? PropagationToken { get; private set; }

    /// <summary>Credentials of this call, null for none.</summary>
    public CallCredentials? Credentials { get; private set; }

    /// <summary>True when the call waits for a connection instead of failing at once. Default false.</summary>
    public bool IsWaitForReady { get; private set; }

    /// <summary>Replaces the headers.</summary>
    /// <param name="headers">The new headers.</param>
    /// <returns>The changed copy.</returns>
    public readonly CallOptions WithHeaders(Metadata headers) => this with { Headers = headers };

    /// <summary>Replaces the deadline.</summary>
    /// <param name="deadline">The new deadline, in UTC.</param>
    /// <returns>The changed copy.</returns>
    public readonly CallOptions WithDeadline(DateTime deadline) => this with { Deadline = deadline };

    /// <summary>Replaces the cancellation token.</summary>
    /// <param name="cancellationToken">The new token.</param>
    /// <returns>The changed copy.</returns>
    public readonly CallOptions WithCancellationToken(CancellationToken cancellationToken) =>
        this with { CancellationToken = cancellationToken };

    /// <summary>Replaces the write options.</summary>
    /// <param name="writeOptions">The new write options.</param>
    /// <returns>The changed copy.</returns>
    public readonly CallOptions WithWriteOptions(WriteOptions writeOptions) => this with { WriteOptions = writeOptions };

    /// <summary>Replaces the propagation token.</summary>
    /// <param name="propagationToken">The new token.</param>
    /// <returns>The changed copy.</returns>
    public readonly CallOptions WithPropagationToken(ContextPropagationToken propagationToken) =>
        this with { PropagationToken = propagationToken };

    /// <summary>Replaces the credentials.</summary>
    /// <param name="credentials">The new credentials.</param>
    /// <returns>The changed copy.</returns>
    public readonly CallOptions WithCredentials(CallCredentials credentials) => this with { Credentials = credentials };

    /// <summary>Chooses whether the call waits for a connection.</summary>
    /// <param name="waitForReady">True to wait (until the deadline), false to fail at once.</param>
    /// <returns>The changed copy.</returns>
    public readonly CallOptions WithWaitForReady(bool waitForReady = true) => this with { IsWaitForReady = waitForReady };
}

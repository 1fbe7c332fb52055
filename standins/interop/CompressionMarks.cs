namespace EasyQuant.GrpcInterop;

/// <summary>
/// Whether the messages of one call came compressed. gRPC does not tell its users; but only a compressed message is inflated, in the execution
/// context of the code that reads it, so <see cref="MarkingProvider"/> can leave a mark there.
/// </summary>
internal sealed class CompressionMarks
{
    private static readonly AsyncLocal<CompressionMarks?> s_current = new();

    private int _inflated;

    /// <summary>Starts to mark the messages that this flow of execution and what it starts read from now on.</summary>
    internal static CompressionMarks Begin() => s_current.Value = new CompressionMarks();

    /// <summary>The marks of this flow of execution.</summary>
    /// <exception cref="InvalidOperationException"><see cref="Begin"/> was not called.</exception>
    internal static CompressionMarks Current =>
        s_current.Value ?? throw new InvalidOperationException("Nobody marks compressed messages here.");

    /// <summary>Remembers that a message was inflated; without effect where nobody marks.</summary>
    internal static void Mark() => Interlocked.Increment(ref (s_current.Value ?? new CompressionMarks())._inflated);

    /// <summary>Whether a message was inflated since the last question.</summary>
    internal bool Take() => Interlocked.Exchange(ref _inflated, 0) > 0;
}

namespace Grpc.Core;

/// <summary>How messages are written. Immutable.</summary>
/// <param name="flags">The flags; 0 for none.</param>
public class WriteOptions(WriteFlags flags = 0)
{
    /// <summary>No flags.</summary>
    public static readonly WriteOptions Default = new();

    /// <summary>The flags.</summary>
    public WriteFlags Flags { get; } = flags;
}

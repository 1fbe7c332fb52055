namespace EasyQuant.Messaging.Chunks;

/// <summary>How large one chunk may be. Immutable.</summary>
public sealed record ChunkLimits
{
    /// <summary>The defaults.</summary>
    public static readonly ChunkLimits Default = new();

    /// <summary>Most rows of a chunk, 1 to 1,048,576. Default 65,536.</summary>
    public int RowsMax { get; init; } = 65_536;

    /// <summary>Most bytes of a payload, 1 KiB to 16 MiB. Default 8 MiB.</summary>
    public int BytesMax { get; init; } = 8 * 1024 * 1024;

    /// <summary>Most columns, 1 to 4,096. Default 1,024.</summary>
    public int ColumnsMax { get; init; } = 1024;

    /// <summary>Checks the bounds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit is outside of its range; the message names it.</exception>
    public void Validate()
    {
        Check(nameof(RowsMax), RowsMax, 1, 1_048_576);
        Check(nameof(BytesMax), BytesMax, 1024, 16 * 1024 * 1024);
        Check(nameof(ColumnsMax), ColumnsMax, 1, 4096);
    }

    private static void Check(string name, int value, int min, int max)
    {
        if (value < min || value > max)
        {
            throw new ArgumentOutOfRangeException(name, $"`{name}` must be {min} to {max}, was {value}.");
        }
    }
}

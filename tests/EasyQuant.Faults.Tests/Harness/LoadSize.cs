namespace EasyQuant.Faults.Harness;

/// <summary>How large the loads L1 and L2 are. Immutable.</summary>
/// <param name="ItemCount">Items of the fan-out, up to 5,000.</param>
/// <param name="StreamFileCount">Files of the stream.</param>
/// <param name="RowsPerFile">Rows of each; a chunk holds ten.</param>
/// <param name="StreamFolder">Where the files of the stream are.</param>
internal sealed record LoadSize(int ItemCount, int StreamFileCount, int RowsPerFile, string StreamFolder)
{
    /// <summary>For the suite: seconds.</summary>
    public static LoadSize Small { get; } = new(60, 9, 100, "small");

    /// <summary>For a fault that comes at once and takes long: what is left after it need not.</summary>
    public static LoadSize Brief { get; } = new(40, 6, 100, "brief");

    /// <summary>For a fault after which every program starts or connects anew, or waits for its time-outs one after the other.</summary>
    public static LoadSize Least { get; } = new(24, 4, 70, "least") { CallPause = TimeSpan.FromMilliseconds(500) };

    /// <summary>For one crash point: enough that each is met in the middle.</summary>
    public static LoadSize Tiny { get; } = new(48, 8, 100, "tiny");

    /// <summary>For chunks that come again or in another order: enough of them to hold a window back, and a second group that keeps the newest row of each symbol.</summary>
    public static LoadSize Reordered { get; } = new(24, 8, 250, "reordered") { KeepsNewest = true, QueueLength = 512 };

    /// <summary>For the crash points of a group between two queues: its chunks are passed on to a second table.</summary>
    public static LoadSize Relayed { get; } = Tiny with { Relays = true };

    /// <summary>The loads of the fault table: 5,000 items of 20 ms, and 12,000 chunks of about 1 KB.</summary>
    public static LoadSize Full { get; } = new(5_000, 100, 1_200, "full");

    /// <summary>How long the client waits between two runs that it creates. Default 150 ms.</summary>
    public TimeSpan CallPause { get; init; } = TimeSpan.FromMilliseconds(150);

    /// <summary>Whether a second group upserts the same chunks by symbol. Default false.</summary>
    public bool KeepsNewest { get; init; }

    /// <summary>Whether another group passes the same chunks on to a second queue, whose group appends them to a table of its own. Default false.</summary>
    public bool Relays { get; init; }

    /// <summary>Groups that consume the chunks of the readers.</summary>
    public int GroupCount => 1 + (KeepsNewest ? 1 : 0) + (Relays ? 1 : 0);

    /// <summary>Chunks that may wait in the queue. Default 64.</summary>
    public int QueueLength { get; init; } = 64;

    /// <summary>Rows that the stream saves.</summary>
    public int StreamRowCount => StreamFileCount * RowsPerFile;
}

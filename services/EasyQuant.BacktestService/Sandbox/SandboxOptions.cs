using System.ComponentModel.DataAnnotations;

namespace EasyQuant.BacktestService.Sandbox;

/// <summary>Limits of the processes that strategies of users run in; section <c>Backtest:Sandbox</c>.</summary>
public sealed class SandboxOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Backtest:Sandbox";

    /// <summary>Processes that run strategies at the same time, 1 to 64; more wait. Default 2. A sweep uses all of them; one compilation runs beside them.</summary>
    [Range(1, 64)]
    public int ProcessCountMax { get; set; } = 2;

    /// <summary>Managed memory of a process in bytes, 64 MiB to 64 GiB. Default 1 GiB. Its address space is limited to five times that plus 4 GiB.</summary>
    [Range(64L << 20, 64L << 30)]
    public long HeapBytesMax { get; set; } = 1L << 30;

    /// <summary>
    /// Memory of a process beside its managed heap in bytes, 128 MiB to 64 GiB: runtime, stacks, native allocations, temporary files. Default 512 MiB. Holds where the
    /// service can make control groups; elsewhere the address space is the only bound.
    /// </summary>
    [Range(128L << 20, 64L << 30)]
    public long NativeBytesMax { get; set; } = 512L << 20;

    /// <summary>Processors' worth of time that a process may use at once, 1 to 256. Default 2. Holds where the service can make control groups.</summary>
    [Range(1, 256)]
    public int ProcessorCountMax { get; set; } = 2;

    /// <summary>True (default) puts every process into a control group of its own where the service can make one; false never does.</summary>
    public bool UseControlGroups { get; set; } = true;

    /// <summary>Processor time of a backtest, 1 s to 24 h. Default 10 min. Must not exceed <see cref="WallTimeMax"/> times the processors.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan CpuTimeMax { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Time of a backtest by the clock, 1 s to 24 h. Default 20 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan WallTimeMax { get; set; } = TimeSpan.FromMinutes(20);

    /// <summary>Processor time and time by the clock of a compilation, 5 s to 10 min. Default 60 s.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "00:10:00")]
    public TimeSpan CompileTimeMax { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Threads and child processes of a process, 32 to 1,024. Default 64.</summary>
    [Range(32, 1024)]
    public int ThreadCountMax { get; set; } = 64;

    /// <summary>Bytes that a process may answer with, 1 MiB to 4 GiB. Default 512 MiB.</summary>
    [Range(1L << 20, 4L << 30)]
    public long OutputBytesMax { get; set; } = 512L << 20;

    /// <summary>Bytes of a source, 1 KiB to 4 MiB. Default 256 KiB.</summary>
    [Range(1 << 10, 4 << 20)]
    public int SourceBytesMax { get; set; } = 256 << 10;

    /// <summary>
    /// First of 4,000 account numbers that processes run under when the service itself runs as root, 1,000 to 2^31 - 5,000. Default 61,000; nobody else should use these
    /// numbers. Each process of each service takes another one, because the kernel counts threads by account.
    /// </summary>
    [Range(1_000, int.MaxValue - 5_000)]
    public int AccountIdFirst { get; set; } = 61_000;
}

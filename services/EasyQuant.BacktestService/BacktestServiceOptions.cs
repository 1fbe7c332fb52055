using System.ComponentModel.DataAnnotations;

namespace EasyQuant.BacktestService;

/// <summary>Settings of the Backtest service; section <c>Backtest</c>.</summary>
public sealed class BacktestServiceOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Backtest";

    /// <summary>Name of the setting (environment variable) that <see cref="DataRoot"/> is taken from.</summary>
    public const string DataRootSetting = "EASYQUANT_DATA_ROOT";

    /// <summary>Absolute folder of files, shared with Workflow, Runner and Gateway. Required; taken from <see cref="DataRootSetting"/>.</summary>
    [Required]
    public string DataRoot { get; set; } = string.Empty;

    /// <summary>Backtests computed at the same time, 0 to 64; 0 (default) takes half of the processors, at least 1.</summary>
    [Range(0, 64)]
    public int SlotCount { get; set; }

    /// <summary>How long a running backtest stays with a service that is silent, 1 s to 10 min. Default 15 s; renewed three times within it.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How often waiting backtests are looked for, 50 ms to 1 min; one accepted by this process starts at once. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:01:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a watched backtest is looked at, 50 ms to 1 min. Default 300 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:01:00")]
    public TimeSpan WatchInterval { get; set; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How often a backtest may start, 1 to 20; then it fails with ATTEMPTS_EXHAUSTED. Default 4.</summary>
    [Range(1, 20)]
    public int AttemptCountMax { get; set; } = 4;

    /// <summary>Backtests of a project that may wait, 1 to 100,000. Default 5,000.</summary>
    [Range(1, 100_000)]
    public int QueuedCountMax { get; set; } = 5_000;

    /// <summary>Bars of one backtest, 1 to 100,000,000. Default 20,000,000 (about 1 GiB).</summary>
    [Range(1, 100_000_000)]
    public int BarCountMax { get; set; } = 20_000_000;

    /// <summary>Largest uploaded file in bytes, 1 to 64 GiB. Default 4 GiB.</summary>
    [Range(1L, 64L << 30)]
    public long UploadBytesMax { get; set; } = 4L << 30;

    /// <summary>Age after which an unfinished upload is deleted, 1 min to 30 days. Default 1 day.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan UploadAgeMax { get; set; } = TimeSpan.FromDays(1);
}

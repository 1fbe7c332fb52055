using System.ComponentModel.DataAnnotations;

namespace EasyQuant.SchedulerService;

/// <summary>Settings of the Scheduler; section <c>Scheduler</c>.</summary>
public sealed class SchedulerOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Scheduler";

    /// <summary>How often due schedules are looked for, 50 ms to 5 s. Default 1 s, shortened by up to a quarter at random.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:00:05")]
    public TimeSpan TickInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often fired instants that have no run yet are looked for, 50 ms to 5 s; a firing of this process is taken at once. Default 500 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:00:05")]
    public TimeSpan DispatchInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long one attempt to create runs keeps others from trying the same, 1 s to 5 min. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan DispatchLease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait between two attempts to create a run, 1 s to 5 min; the first wait is 250 ms and doubles. Default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan DispatchRetryDelayMax { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Runs created by one call, 1 to 500. Default 50.</summary>
    [Range(1, 500)]
    public int DispatchBatchMax { get; init; } = 50;

    /// <summary>Silence after which an active run is asked for, in case its events were lost: 1 s to 10 min. Default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan TrackInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long ended and skipped firings are kept, 1 hour to 3660 days. Default 90 days.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "3660.00:00:00")]
    public TimeSpan FiringRetention { get; init; } = TimeSpan.FromDays(90);
}

using System.ComponentModel.DataAnnotations;

namespace EasyQuant.WorkflowService;

/// <summary>Settings of the Workflow service, section <c>Workflow</c>.</summary>
public sealed class WorkflowServiceOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Workflow";

    /// <summary>How long a lease lasts without renewal, 2 s to 10 min. Default 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:02", "00:10:00")]
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How often expired leases are looked for, 50 ms to 1 min. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a run waits unclaimed until its hint is sent again, 100 ms to 10 min. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan HintAge { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Lease expiries after which a run has failed, 1 to 1,000. Default 5.</summary>
    [Range(1, 1000)]
    public int CrashCountMax { get; init; } = 5;

    /// <summary>How long the queues of a start stay after its end, 0 to 1 day. Default 10 s: RabbitMQ 3.10 does not bear that a queue goes while its log of the queue is still being filed (ADR 0032).</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan QueueGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Runs that may wait in all projects together before new ones are refused, 1 to 10,000,000. Default 200,000.</summary>
    [Range(1, 10_000_000)]
    public int QueuedRunCountMax { get; init; } = 200_000;

    /// <summary>Longest wait until a watcher sees an event, 10 ms to 500 ms. Default 250 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:00.500")]
    public TimeSpan WatchPollInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Silence after which a watcher gets a sign of life, 100 ms to 1 min. Default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan WatchHeartbeat { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Streams that watch runs at once, 1 to 10,000. Default 1,000.</summary>
    [Range(1, 10_000)]
    public int WatcherCountMax { get; init; } = 1_000;

    /// <summary>Directory with artifacts; from <c>EASYQUANT_DATA_ROOT</c>. Default empty: tables of steps cannot be read.</summary>
    public string DataRoot { get; set; } = "";

    /// <summary>Directory with the key-encryption keys of secrets; from <c>EASYQUANT_KEYS_DIRECTORY</c>. Default empty: no secrets are kept.</summary>
    public string KeysDirectory { get; set; } = "";

    /// <summary>Address of the dashboard without a trailing slash; from <c>EASYQUANT_DASHBOARD_URL</c>. Default empty: no trace_url.</summary>
    public string DashboardUrl { get; set; } = "";
}

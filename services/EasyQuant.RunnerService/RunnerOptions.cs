using System.ComponentModel.DataAnnotations;

namespace EasyQuant.RunnerService;

/// <summary>Settings of a Runner, section <c>Runner</c>.</summary>
public sealed class RunnerOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Runner";

    /// <summary>Setting (environment variable) with the data root that all services share.</summary>
    public const string DataRootSetting = "EASYQUANT_DATA_ROOT";

    /// <summary>Setting (environment variable) with the password of the projects' database roles.</summary>
    public const string DataPasswordSetting = "EASYQUANT_DATA_PASSWORD";

    /// <summary>Connection string of the Redis that carries topics of process groups with <c>mqType: redis</c>.</summary>
    public const string RedisSetting = "ConnectionStrings:redis";

    /// <summary>Name of the worker, unique among Runners; empty (default) for <c>runner-</c> and the start of its id.</summary>
    public string Name { get; init; } = "";

    /// <summary>Runs that execute at the same time, 1 to 1,000. Default 16.</summary>
    [Range(1, 1_000)]
    public int MaxConcurrentRuns { get; init; } = 16;

    /// <summary>Child processes for items in mode processes, 0 to 256; 0 (default) for as many as the machine has processors.</summary>
    [Range(0, 256)]
    public int MaxItemProcesses { get; init; }

    /// <summary>Bytes that the managed heap of a child process may have, 64 MiB to 1 TiB. Default 1 GiB.</summary>
    [Range(64L << 20, 1L << 40)]
    public long ItemProcessMemoryMax { get; init; } = 1L << 30;

    /// <summary>Silence after which a child process is taken for dead, 3 s to 10 min; it tells every second that it lives. Default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:03", "00:10:00")]
    public TimeSpan ItemProcessSilenceMax { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Longest time of one attempt of an item in a child process whose fan-out says no <c>itemTimeout</c>, 1 s to 30 days. Default 1 h. The process of an item that
    /// takes longer ends.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan ItemProcessTimeMax { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Time in which a node ends after its cancel, or after the time-out of its step or item, 100 ms to 10 min. Default 10 s. One that takes longer is given up: its
    /// step ends without it (<c>NODE_IGNORES_CANCEL</c>), and it keeps a slot until it ends.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan CancelGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often work is asked for without a hint, 100 ms to 1 min. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long reports wait for others to travel with, 0 to 1 s. Default 2 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:01")]
    public TimeSpan ReportDelay { get; init; } = TimeSpan.FromMilliseconds(2);

    /// <summary>How long running runs may go on at shutdown before they are given back, 0 to 1 min. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Region told to the Monitor. Default empty.</summary>
    public string Region { get; init; } = "";

    /// <summary>Labels for placement, at most 50, told to the Monitor and with every claim. Default none.</summary>
    [MaxLength(50)]
    public Dictionary<string, string> Labels { get; init; } = [];

    /// <summary>
    /// Servers that the node HttpRequest may call although their address is not public, each <c>host:port</c>; at most 1,000. Default none.
    /// </summary>
    [MaxLength(1_000)]
    public string[] HttpAllowedEndpoints { get; init; } = [];

    /// <summary>
    /// Host and port (<c>127.0.0.1:6432</c>) of a pgbouncer in transaction mode before the database, for what nodes and process groups read and write; the service itself
    /// stays on its own connection. Default empty: none.
    /// </summary>
    [RegularExpression("^[^\\s:/]+:[0-9]{1,5}$", ErrorMessage = "Runner:DataPooler must be host:port, for example 127.0.0.1:6432; leave it out for none.")]
    public string DataPooler { get; init; } = "";

    /// <summary>UUID of the worker; empty (default) for a new one with each start.</summary>
    public string Id { get; init; } = "";

    /// <summary>
    /// gRPC address of the Gateway for a worker that runs apart from the platform: all it needs goes over one stream there, under
    /// <see cref="ApiKey"/>. Default empty: a Runner of the platform.
    /// </summary>
    public string Server { get; init; } = "";

    /// <summary>
    /// PEM file with the certificates of the authorities that may have signed the certificate of <see cref="Server"/>, and no others. Default empty: those that the machine trusts.
    /// </summary>
    public string ServerCa { get; init; } = "";

    /// <summary>API key with the scope operate, for <see cref="Server"/>. Default empty.</summary>
    public string ApiKey { get; init; } = "";

    /// <summary>Whether the worker waits to be dialled by the platform instead of dialling out. Default false.</summary>
    public bool Listen { get; init; }

    /// <summary>Longest time that one lease may work on a run, 1 ms to 7 days; a shorter limit of the run wins. Null (default) for no limit.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "7.00:00:00")]
    public TimeSpan? TaskTimeout { get; init; }

    /// <summary>Longest time between two heartbeats, 100 ms to 1 min; the platform may ask for a shorter one. Null (default) for what it asks.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan? HeartbeatInterval { get; init; }

    /// <summary>Resident memory of the process in bytes from which on it takes nothing new, at least 64 MiB. Null (default) for no ceiling.</summary>
    [Range(64L * 1024 * 1024, long.MaxValue)]
    public long? MemoryCeilingBytes { get; init; }

    /// <summary>Share of all processors used by the process from which on it takes nothing new, above 0 to 1. Null (default) for no ceiling.</summary>
    [Range(0.01, 1.0)]
    public double? CpuCeiling { get; init; }

    /// <summary>How long the keys of a stream are kept after its end, 7 to 3,650 days: until then its parked chunks can be replayed. Default 7 days.</summary>
    [Range(typeof(TimeSpan), "7.00:00:00", "3650.00:00:00")]
    public TimeSpan StreamRetention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long the keys of steps' effects are kept, 7 to 3,650 days: a step that is executed again later than that would have its effect twice. Default 30 days.</summary>
    [Range(typeof(TimeSpan), "7.00:00:00", "3650.00:00:00")]
    public TimeSpan EffectRetention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How often what is older than <see cref="StreamRetention"/> and <see cref="EffectRetention"/> is looked for, 1 s to 1 day. Default 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan RetentionInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Prepared workflows that are kept warm, 1 to 10,000. Default 256.</summary>
    [Range(1, 10_000)]
    public int CacheSize { get; init; } = 256;

    /// <summary>Gets whether the worker reaches the platform through one stream only.</summary>
    public bool IsRemote => Server.Length > 0 || Listen;

    /// <summary>Root of all data: <c>files/&lt;project&gt;</c>, <c>artifacts</c>; from <see cref="DataRootSetting"/>. Required.</summary>
    [Required]
    public string DataRoot { get; set; } = "";

    /// <summary>Password of the projects' database roles; from <see cref="DataPasswordSetting"/>. Default empty: nodes get no database.</summary>
    public string DataPassword { get; set; } = "";

    /// <summary>
    /// Where Redis is, in the form of StackExchange.Redis (<c>127.0.0.1:6379,password=...</c>); from <see cref="RedisSetting"/>. Default empty: process groups
    /// use RabbitMQ only.
    /// </summary>
    public string Redis { get; set; } = "";
}
